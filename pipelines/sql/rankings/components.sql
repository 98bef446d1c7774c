-- One row per ranking, community and metric of the family: what the metric adds to the score.
--   as_of: first day of the last month of the window
--   family: family of the ranking
--   community: slug of the community
--   metric: name of the metric
--   months: usable months of the window, 0 to 12
--   applicable_months: months of the window in which the community had a living source
--   level: mean month over the usable months, each divided by its coverage; NULL with fewer than the method's fewest months
--   y: ln((level + offset) / (reference + offset)); NULL where the level is missing
--   weight: the metric's weight within the family; the weights of a family add up to 1
--   contribution: weight * y; the contributions add up to the score
--   state: observed (all months usable), partial, missing
with summed as (
    select as_of, method.family, community, method.metric, any_value(method) as m,
        count(*) filter (usable) as months,
        count(*) filter (state <> 'not_applicable') as applicable_months,
        sum(value) filter (usable) / sum(covered) filter (usable) as level
    from rankings.as_ofs
    join (select *, state in ('observed', 'partial') and covered >= usable_coverage as usable
          from metrics.monthly cross join rankings.rules) as monthly
        on month between as_of - to_months(window_months - 1) and as_of
    join rankings.method as method using (metric)
    group by all
), levels as (
    select * replace (if(months >= fewest_months, level, null) as level)
    from summed cross join rankings.rules
)
select as_of, family, community, metric, months, applicable_months, level,
    ln((level + m."offset") / (m.reference + m."offset")) as y,
    m.family_weight as weight,
    m.family_weight * ln((level + m."offset") / (m.reference + m."offset")) as contribution,
    case when level is null then 'missing' when months < window_months then 'partial' else 'observed' end as state
from levels
order by as_of, family, community, metric
