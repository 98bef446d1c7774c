-- One row per ranking and metric that it weighs, the same for every community of the ranking.
--   as_of: first day of the last month of the window
--   family: family of the ranking, or overall
--   metric: name of the metric
--   metric_family: family that the metric belongs to
--   weight: the metric's weight in the ranking; those of a ranking add up to 1
--   usable_for: communities that have a level of the metric
--   communities: communities that have a level of any metric of the family, for overall of any metric at all; a metric that is usable for fewer than 60 % of them is out for all of them
with usable as (
    select as_of, metric, m.family as metric_family, family_weight, f.weight as share, count(level) as usable_for
    from rankings.levels join rankings.method as m using (metric) join rankings.families as f on f.family = m.family
    group by all
), measured as (
    select as_of, count(distinct community) as communities from rankings.levels where level is not null group by all
), measured_of_family as (
    select as_of, family as metric_family, count(distinct community) filter (level is not null) as communities
    from rankings.levels group by all
), own as (
    select *, family_weight / sum(family_weight order by metric) over (partition by as_of, metric_family) as part
    from usable join measured_of_family using (as_of, metric_family) cross join rankings.rules
    where usable_for >= admitted_from * communities
), admitted as (
    select * exclude (communities, part), family_weight / sum(family_weight order by metric) over (partition by as_of, metric_family) * share as part,
        count(distinct metric_family) over (partition by as_of) as families, measured.communities
    from own join measured using (as_of) where usable_for >= admitted_from * measured.communities
)
select as_of, metric_family as family, metric, metric_family, part as weight, usable_for, communities from own
union all
select as_of, 'overall', metric, metric_family, part / sum(part order by metric) over (partition by as_of), usable_for, communities
from admitted where families >= fewest_families
order by as_of, family, metric
