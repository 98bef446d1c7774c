-- One row per metric that the ranking weighs.
--   metric: name of the metric
--   family: talk, code or people
--   weight: weight within overall; those of all metrics add up to 1
--   family_weight: weight within the family; those of a family add up to 1
--   offset: added to level and reference: one typical active person-month
--   reference: level of the reference panel, a month
--   dispersion: variance of a month over its mean, at 100 a month, as the panel has it
--   dispersion_exponent: it grows with this power of the level
--   coverage_exponent: a month seen in part is divided by its coverage to this power
--   tells_size: it tells how many people a month there are
create table rankings.method (
    metric varchar,
    family varchar,
    weight double,
    family_weight double,
    "offset" double,
    reference double,
    dispersion double,
    dispersion_exponent double,
    coverage_exponent double,
    tells_size boolean
)
