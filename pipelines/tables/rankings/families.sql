-- One row per family of metrics that the ranking weighs.
--   family: talk, code or people
--   weight: its share of overall
--   reference: whose levels are index 100
create table rankings.families (
    family varchar,
    weight double,
    reference varchar
)
