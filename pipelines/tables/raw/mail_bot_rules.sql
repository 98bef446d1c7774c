-- One row per reviewed rule that tells the mail of bots.
--   id: name of the rule
--   class: what it tells: tracker, review, build, commit, announcement, auto-reply, system, unsure
--   condition: the one thing it looks at
--   evidence: how one knows
--   reviewed: when that was looked at
create table raw.mail_bot_rules (
    id varchar,
    class varchar,
    condition varchar,
    evidence varchar,
    reviewed date
)
