-- One row per figure of data/history: published by others, or measured by us.
--   community: slug of the community
--   metric: what was counted; ours where the definition is one of metrics.definitions
--   definition: one sentence that says what was counted
--   period: day, month, quarter or year that was counted
--   value: the figure
--   quality: measured (by us), counted by others, stated, or read from a chart
--   source: where it stands
--   month: first day of the period where that is a month
--   file: file of data/history
create table raw.history (
    community varchar,
    metric varchar,
    definition varchar,
    period varchar,
    value double,
    quality varchar,
    source varchar,
    month date,
    file varchar
)
