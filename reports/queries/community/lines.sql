-- One row per community and metric that its page draws: its months from the first with a living source to the last complete one as lists, the mean of twelve months that ends in each, and the 90 % range of that; NULL, never 0, where a month was not seen.
with drawn as (
    select m.community, m.metric, m.month, m.value, m.state, m.known_since, l.level, l.range_low, l.range_high
    from (from metrics.monthly semi join rankings.method using (metric)) m
    left join rankings.levels l on (l.as_of, l.community, l.metric) = (m.month, m.community, m.metric)
    where m.month <= (select last_complete_month from raw.build)
), lives as (
    select community, metric, min(month) filter (state <> 'not_applicable') as begun from drawn group by all
), listed as (
    -- One list of whole months is sorted once; seven lists would be sorted seven times.
    select community, metric,
           list({'month': month, 'value': value, 'state': state, 'known_since': known_since, 'level': level,
                 'range_low': range_low, 'range_high': range_high} order by month) as own
    from drawn join lives using (community, metric)
    where month >= begun
    group by community, metric
    having count(value) > 0
)
select community, metric, own[1].month as first, len(own) as months, [m.value for m in own] as "values",
       [if(m.state in ('partial', 'published'), m.state, 'observed') for m in own] as known,
       [m.state for m in own] as states, [m.known_since for m in own] as known_since,
       [m.level for m in own] as means, [m.range_low for m in own] as lows, [m.range_high for m in own] as highs
from listed
order by community, metric
