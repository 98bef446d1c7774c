-- One row per calendar quarter, ranking, community and metric of which every month of the quarter gives a number: what the metric adds to the score of the quarter. Key: last_month, family, community, metric.
--   last_month: first day of the last month of the quarter
--   family: family of the ranking, or overall
--   community: slug of the community
--   metric: name of the metric
--   level: mean of the numbers of the three months
--   y: logarithm of the level against the reference, see rankings.levels
--   weight: the metric's weight in the ranking; those of a ranking add up to 1
--   contribution: weight * y
with levels as (
    select community, metric, (date_trunc('quarter', month) + interval 2 months)::date as last_month, avg(number) as level
    from rankings.numbers group by all having count(number) = 3
)
select last_month, w.family, community, metric, level, ln((level + "offset") / (reference + "offset")) as y,
    w.weight, w.weight * y as contribution
from levels join rankings.weights as w using (metric) join rankings.method using (metric)
order by last_month, w.family, community, metric
