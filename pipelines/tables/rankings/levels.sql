-- One row per month that has a ranking, community and weighed metric: the level of the metric over the window that ends there.
--   as_of: first day of the last month of the window
--   community: slug of the community
--   metric: name of the metric
--   months: months of the window that give a number, 0 to 12, the published ones among them
--   published_months: of these, the months that were not covered enough and take their number from raw.history
--   applicable_months: months of the window in which a source of the metric was alive
--   total: sum of the numbers
--   level: mean of the numbers; NULL with fewer than the method's fewest months
--   low: the least that the level could be, see metrics.bounds; NULL where a month has no bounds
--   high: the most that it could be
--   y: ln((level + offset) / (reference + offset)); NULL where the level is missing
--   state: observed (all months seen), published (some or all from raw.history, the others seen), partial (months are missing), missing
with wanted as (
    select as_of, community, metric,
        unnest(generate_series(as_of - to_months(window_months - 1), as_of, interval 1 month))::date as month
    from rankings.as_ofs cross join raw.communities cross join rankings.method cross join rankings.rules
), summed as (
    select as_of, community, metric,
        count(number) as months,
        count(*) filter (filled) as published_months,
        count(*) filter (lives) as applicable_months,
        coalesce(fsum(number order by month) filter (number is not null), 0) as total,
        if(count(low) = count(number), avg(low), null) as low,
        if(count(high) = count(number), avg(high), null) as high
    from wanted left join rankings.numbers using (community, metric, month)
    group by all
), levels as (
    select *, if(months >= fewest_months, total / months, null) as level from summed cross join rankings.rules
)
select as_of, community, metric, months, published_months, applicable_months, total, level, low, high,
    ln((level + "offset") / (reference + "offset")) as y,
    case
        when level is null then 'missing'
        when months < window_months then 'partial'
        when published_months > 0 then 'published'
        else 'observed'
    end as state
from levels join rankings.method using (metric)
order by as_of, community, metric
