-- One row per known error of a source, as data/corrections.toml has it; core.corrections says what became of it.
--   name: its name
--   community: slug of the community
--   source: name of the source within the community
--   unit: the unit that has the error; NULL where all have
--   first: first day of the events that are wrong, UTC
--   last: last such day
--   events: the guard: the source has the error while it holds so many of these days
--   error: what is wrong
--   why: how one knows
--   since: day on which it was decided
create table raw.corrections (
    name varchar,
    community varchar,
    source varchar,
    unit varchar,
    first date,
    last date,
    events bigint,
    error varchar,
    why varchar,
    since date
)
