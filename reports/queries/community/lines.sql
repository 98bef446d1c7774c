-- One row per community and metric that its page draws: its months from the first with a living source to the last complete one as lists, the mean of twelve months that ends in each, and the 90 % range of that; NULL, never 0, where a month was not seen.
with drawn as (
    select m.community, m.metric, m.month, m.value, m.state, m.known_since, l.level, l.range_low, l.range_high,
           min(m.month) filter (m.state <> 'not_applicable') over (partition by m.community, m.metric) as begun
    from metrics.monthly m
    join rankings.method using (metric)
    left join rankings.levels l on (l.as_of, l.community, l.metric) = (m.month, m.community, m.metric)
    where m.month <= (select last_complete_month from raw.build)
)
select community, metric, min(month) as first, count(*) as months, list(value order by month) as "values",
       list(case when state in ('partial', 'published') then state else 'observed' end order by month) as known,
       list(state order by month) as states, list(known_since order by month) as known_since,
       list(level order by month) as means, list(range_low order by month) as lows, list(range_high order by month) as highs
from drawn
where month >= begun
group by community, metric
having count(value) > 0
order by community, metric
