-- One row per run of months of a source of $community that were not seen whole and follow each other in one state, for one reason.
with months as (
    select source, month, state, covered, reason_code, seen_to,
           row_number() over (partition by source order by month) - row_number() over (partition by source, state, reason_code order by month) as run
    from core.coverage where community = $community
)
select $community as community, (select name from raw.communities where community = $community) as name, source, state,
       min(month) as first, max(month) as last, count(*) as months, avg(covered) as covered,
       reason_code, max(seen_to) as seen_to
from months where state in ('partial', 'pending', 'gap')
group by source, state, reason_code, run
order by source, first
