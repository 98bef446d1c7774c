-- One row per two metrics that the ranking weighs, in both orders, and one per metric with itself.
--   metric: name of a metric
--   other: name of a metric
--   correlation: correlation of the noise of a month between the two, of one community; between communities it is taken as 0
create table rankings.correlations (
    metric varchar,
    other varchar,
    correlation double
)
