-- One row per month that has a ranking, community and weighed metric: the level of the metric over the window that ends there.
--   as_of: first day of the last month of the window
--   family: family of the metric
--   community: slug of the community
--   metric: name of the metric
--   months: usable months of the window, 0 to 12, the published ones among them
--   published_months: months of the window that were not seen well enough and are taken from raw.history
--   applicable_months: months of the window in which the community had a living source
--   level: mean month over the usable months, each divided by its coverage; NULL with fewer than the method's fewest months
--   y: ln((level + offset) / (reference + offset)); NULL where the level is missing
--   state: observed (all months seen), published (some or all from raw.history, the others seen), partial (months are missing), missing
with judged as (
    select *, state in ('observed', 'partial') and covered >= usable_coverage as seen,
        not seen and published is not null and state <> 'not_applicable' as taken
    from metrics.monthly cross join rankings.rules
), summed as (
    select as_of, method.family, community, method.metric, any_value(method) as m,
        count(*) filter (seen or taken) as months,
        count(*) filter (taken) as published_months,
        count(*) filter (state <> 'not_applicable') as applicable_months,
        sum(if(seen, value, published)) filter (seen or taken)
            / sum(if(seen, covered, 1)) filter (seen or taken) as level
    from rankings.as_ofs
    join judged on month between as_of - to_months(window_months - 1) and as_of
    join rankings.method as method using (metric)
    group by all
), levels as (
    select * replace (if(months >= fewest_months, level, null) as level)
    from summed cross join rankings.rules
)
select as_of, family, community, metric, months, published_months, applicable_months, level,
    ln((level + m."offset") / (m.reference + m."offset")) as y,
    case
        when level is null then 'missing'
        when months < window_months then 'partial'
        when published_months > 0 then 'published'
        else 'observed'
    end as state
from levels
order by as_of, family, community, metric
