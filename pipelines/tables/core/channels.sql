-- One row per community, family of metrics and month: what its sources together let us say.
--   community: slug of the community
--   family: code (sources of kind git), talk (mailing lists and forums), people (both), releases (those whose tags are releases, and lists of series) or register (dated counts of a registered measure)
--   month: first day of the month, UTC
--   state: observed, partial (of the register: restated later, see core.counts), unobserved, not_applicable (no source of the family lives in that month)
--   covered: share of the month's traffic that was seen, 0 to 1: each repository, list or forum weighs as much as its volume in core.traffic, one of which nobody knows as the largest of the others; of people the smaller one of code and talk; of releases the share of the month's repository-days; NULL where not applicable, or where nobody knows any traffic
with weighed as (
    select *, max(volume) over (partition by community, family, month) as largest from core.traffic
), channels as (
    select community, family, month,
        case when bool_and(seen = 1) then 'observed' when bool_or(seen > 0 or held) then 'partial' else 'unobserved' end as state,
        case
            when bool_and(seen = 1) then 1
            when count(*) = 1 then max(seen)
            when max(largest) = 0 then avg(seen)
            else sum(seen * coalesce(volume, largest)) / sum(coalesce(volume, largest))
        end as covered
    from weighed group by all
), families as (
    select distinct community, if(kind = 'git', 'code', 'talk') as family from raw.sources
    where kind in ('git', 'pipermail', 'hyperkitty', 'ponymail', 'discourse', 'mbox', 'archiveorg', 'askbot', 'mod_mbox', 'unreadable')
), people as (
    select community, 'people' as family, month,
        case when bool_and(state = 'observed') then 'observed' when bool_or(state in ('observed', 'partial')) then 'partial'
            else 'unobserved' end as state,
        if(bool_or(covered is null), null, min(covered)) as covered
    from channels group by all
), released as (
    select community, source, if(snapshot, coalesce(max(month), since), null) as proven_until
    from raw.sources left join (select community, source, month from core.releases) using (community, source)
    where releases is not null or kind = 'series_status' group by community, source, snapshot, since
), releases as (
    select community, 'releases' as family, month,
        bool_or(alive) as alive, bool_and(seen = 1) filter (alive) as all_seen,
        sum(seen * units) filter (alive) / nullif(sum(units) filter (alive), 0) as covered
    from (
        select community, month, units, state not in ('not_started', 'ended') as alive,
            -- A frozen copy can lack the tags that were made after its newest one.
            if(month > proven_until, 0, covered) as seen
        from core.coverage join released using (community, source)
    ) group by all
)
select community, family, month, coalesce(state, 'not_applicable') as state, covered
from core.months join families using (community) left join channels using (community, family, month)
union all
select community, 'people', month, coalesce(state, 'not_applicable'), covered
from core.months semi join families using (community) left join people using (community, month)
union all
select community, family, month,
    case when not alive then 'not_applicable' when all_seen then 'observed' when covered > 0 then 'partial' else 'unobserved' end,
    if(alive, coalesce(covered, 0), null)
from releases
union all
select community, 'register', month,
    case
        when basis = 'stated' then 'observed'
        when basis = 'restated' then 'partial'
        when lives then 'unobserved'
        else 'not_applicable'
    end,
    case when value is not null then 1 when lives then 0 end
from core.registered
order by community, family, month
