-- One row per community and month from its first number to the running month, newest first: its metrics with value and state, those that the ranking weighs first. A large site has those alone.
with known as (
    select m.community, m.month,
           list({'metric': m.metric, 'family': d.family, 'value': m.value, 'state': m.state} order by w.weight desc nulls last, m.metric)
               filter (m.value is not null) as figures
    from metrics.monthly m join metrics.definitions d using (metric) left join rankings.method w using (metric)
    where w.weight is not null or not $is_large
    group by all
)
select k.community, k.month, k.figures, k.month > b.last_complete_month as to_date
from known k cross join raw.build b
qualify k.month >= min(if(k.figures is not null, k.month, null)) over (partition by k.community)
order by k.community, k.month desc
