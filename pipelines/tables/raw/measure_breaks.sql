-- One row per day on which what a measure counts changed.
--   measure: name of the measure
--   community: slug of the community whose counts changed their meaning
--   day: the day from which on that holds
--   change: what changed
create table raw.measure_breaks (
    measure varchar,
    community varchar,
    day date,
    change varchar
)
