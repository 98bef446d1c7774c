-- One row per community, family of metrics and month: what its sources together let us say.
--   community: slug of the community
--   family: code (sources of kind git), talk (mailing lists and forums), members (both), releases (those whose tags are releases, and lists of series) or register (dated counts of a registered measure)
--   month: first day of the month, UTC
--   state: observed, partial (of the register: restated later, see core.counts), unobserved, not_applicable (no source of the family lives in that month)
--   covered: share of the month's repository-days that was seen, 0 to 1; NULL where not applicable
with counted as (
    select community, source, source as place, 'code' as family, null::date as proven_until from raw.sources where kind = 'git'
    union all
    -- A list that can be looked at in two places was seen where either of them was.
    select community, source, coalesce(split_part(copy_of, '/', 2), source), 'talk', null
    from raw.sources
    where kind in ('pipermail', 'hyperkitty', 'ponymail', 'discourse', 'mbox', 'archiveorg', 'askbot', 'mod_mbox', 'unreadable')
    union all
    select community, source, source, 'releases', if(snapshot, coalesce(max(month), since), null)
    from raw.sources left join (select community, source, month from core.releases) using (community, source)
    where releases is not null or kind = 'series_status' group by community, source, snapshot, since
), families as (
    from counted
    union all
    select community, source, place, 'members', null from counted where family in ('code', 'talk')
), living as (
    select community, family, month, place, max(units) as units, bool_or(state not in ('not_started', 'ended')) as alive,
        -- A frozen copy can lack the tags that were made after its newest one.
        max(if(month > proven_until, 0, covered)) filter (state not in ('not_started', 'ended')) as covered
    from core.coverage join families using (community, source) group by all
), summed as (
    select community, family, month,
        bool_or(alive) as alive,
        bool_and(covered = 1) filter (alive) as all_seen,
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
union all
select community, 'register', month,
    case
        when basis = 'stated' then 'observed'
        when basis = 'restated' then 'partial'
        when lives then 'unobserved'
        else 'not_applicable'
    end as state,
    case when value is not null then 1 when lives then 0 end as covered
from core.registered
order by community, family, month
