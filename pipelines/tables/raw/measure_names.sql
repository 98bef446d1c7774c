-- One row per name that a measure has in raw.history.
--   measure: name of the measure
--   metric: what raw.history calls it
--   definition: the definition that it has there
create table raw.measure_names (
    measure varchar,
    metric varchar,
    definition varchar
)
