-- One row per family of metrics that the ranking weighs.
--   family: talk or code
--   weight: its share of overall, before families that are not admitted leave
--   reference: whose levels are index 100
create table rankings.families (
    family varchar,
    weight double,
    reference varchar
)
