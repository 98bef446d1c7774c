-- One row per run of months of a source that follow each other in one state, for one reason: when, and the share that was seen. The running month is left out.
with months as (
    select community, source, month, state, covered, reason_code,
           row_number() over (partition by community, source order by month)
           - row_number() over (partition by community, source, state, reason_code order by month) as run
    from core.coverage cross join raw.build where month <= last_complete_month
)
select m.community, coalesce(c.name, m.community) as name, c.marker, m.source, m.state, min(m.month) as first, max(m.month) as last,
       avg(m.covered) as covered
from months m
left join raw.communities c using (community)
group by m.community, c.name, c.marker, m.source, m.state, m.reason_code, m.run
order by name, m.community, m.source, first
