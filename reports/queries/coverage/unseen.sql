-- One row per run of months of a source that were not seen whole and follow each other in one state, for one reason.
with months as (
    select community, source, month, state, covered, reason_code, seen_to,
           row_number() over (partition by community, source order by month)
           - row_number() over (partition by community, source, state, reason_code order by month) as run
    from core.coverage
)
select m.community, c.name, m.source, m.state, min(m.month) as first, max(m.month) as last, count(*) as months,
       avg(m.covered) as covered,
       m.reason_code, max(m.seen_to) as seen_to
from months m
left join raw.communities c using (community)
where m.state in ('partial', 'pending', 'gap')
group by m.community, c.name, m.source, m.state, m.reason_code, m.run
order by c.name, m.community, m.source, first
