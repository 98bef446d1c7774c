-- One row per community, family of metrics and month: what its sources together let us say.
--   community: slug of the community
--   family: code (sources of kind git)
--   month: first day of the month, UTC
--   state: observed, partial, unobserved, not_applicable (no source of the family lives in that month)
--   covered: share of the month's repository-days that was seen, 0 to 1; NULL where not applicable
with living as (
    select *, if(kind = 'git', 'code', kind) as family, state not in ('unborn', 'ended') as alive
    from core.coverage join raw.sources using (community, source)
), summed as (
    select community, family, month,
        bool_or(alive) as alive,
        bool_and(state = 'seen') filter (alive) as all_seen,
        sum(covered * units) filter (alive) / nullif(sum(units) filter (alive), 0) as covered
    from living group by all
)
select community, family, month,
    case
        when not alive then 'not_applicable'
        when all_seen then 'observed'
        when covered > 0 then 'partial'
        else 'unobserved'
    end as state,
    if(alive, coalesce(covered, 0), null) as covered
from summed
order by community, family, month
