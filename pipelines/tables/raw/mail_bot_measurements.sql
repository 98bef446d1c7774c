-- One row per list and kind of sender: how right raw.mail_bot_rules are on real messages that were labelled.
--   list: name of the list
--   system: archive system that served the mailbox
--   kind: bot (all kinds together), or a class of raw.mail_bot_rules
--   messages: messages of the list that were labelled, by tests/labelling/RULES.md
--   labelled: of those, messages that the labels call of this kind
--   predicted: of those, messages that the rules call so
--   agreed: of those, messages that both do
--   reviewed: messages of the list that were read by eye
--   measured: when
create table raw.mail_bot_measurements (
    list varchar,
    system varchar,
    kind varchar,
    messages integer,
    labelled integer,
    predicted integer,
    agreed integer,
    reviewed integer,
    measured date
)
