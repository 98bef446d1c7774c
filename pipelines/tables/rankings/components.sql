-- One row per ranking, community and metric: what the metric adds to the score. Every metric of the ranking has one, also where it is missing. Key: as_of, family, community, metric. Join rankings.monthly by the first three.
--   as_of: first day of the last month of the window
--   family: family of the ranking, or overall
--   community: slug of the community
--   metric: name of the metric
--   metric_family: family that the metric belongs to
--   months: months of the window that give a number, 0 to 12, the published ones among them
--   published_months: months of the window that were not covered enough and take their number from raw.history
--   applicable_months: months of the window in which the metric was applicable
--   level: mean of the numbers, see rankings.levels; NULL where the metric is missing
--   dispersion: variance of a month over its mean that the error assumes, see rankings.levels; NULL where the metric is missing
--   y: logarithm of the level against the reference, see rankings.levels
--   y_error: standard error of y; NULL where the metric is missing
--   weight: the metric's weight in the ranking; those of a ranking add up to 1
--   contribution: weight * y; NULL where the metric is missing
--   state: observed, published, partial or missing, see rankings.levels
select as_of, w.family, community, metric, metric_family, months::bigint as months, published_months::bigint as published_months,
    applicable_months::bigint as applicable_months, level, dispersion, y, y_error,
    weight, weight * y as contribution, state
from rankings.levels join rankings.weights as w using (metric)
order by as_of, w.family, community, metric
