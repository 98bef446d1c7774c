-- One row per metric that the ranking weighs.
--   metric: name of the metric
--   family: talk or code
--   weight: weight among all families
--   family_weight: weight within the family; those of a family add up to 1
--   offset: added to level and reference: one typical active person-month
--   reference: level of the reference panel, a month
--   counts_people: the metric counts people, not events
create table rankings.method (
    metric varchar,
    family varchar,
    weight double,
    family_weight double,
    "offset" double,
    reference double,
    counts_people boolean
)
