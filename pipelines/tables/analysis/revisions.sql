-- One row per count of a closed edition and age at which a later edition or revision had it again: the revision triangle. Key: community, metric, month, age. Age 0 is the month of the first closing. It has what was closed before the build.
--   community: slug of the community
--   metric: name of the metric, one of those that the ranking weighs
--   month: first day of the month that was counted, UTC
--   age: calendar months from the closing of the edition that had the count first, to the closing of this one
--   first_edition: the edition that had it first, with its revision: 2026-07@1
--   first_value: the count in that edition, in the metric's unit
--   edition: the edition that has it at this age, the latest one where there are several
--   value: the count in that one
--   change: value / first_value - 1: 0.02 is two percent more; 0 where nothing changed, NULL where first_value is 0
create table analysis.revisions (
    community varchar,
    metric varchar,
    month date,
    age bigint,
    first_edition varchar,
    first_value double,
    edition varchar,
    "value" double,
    change double
)
