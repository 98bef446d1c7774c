-- One row per ranking and metric that it weighs, the same for every community and month.
--   family: family of the ranking, or overall
--   metric: name of the metric
--   metric_family: family that the metric belongs to
--   weight: the metric's weight in the ranking; those of a ranking add up to 1
select family, metric, family as metric_family, family_weight as weight from rankings.method
union all
select 'overall', metric, family, weight from rankings.method
order by family, metric
