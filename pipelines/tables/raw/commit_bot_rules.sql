-- One row per reviewed rule that tells commits of bots.
--   id: name of the rule, as in core.commits.bot_rule
--   condition: the one thing it looks at
--   evidence: how one knows
--   reviewed: when that was looked at
create table raw.commit_bot_rules (
    id varchar,
    condition varchar,
    evidence varchar,
    reviewed date
)
