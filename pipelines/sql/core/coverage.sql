-- One row per source that has months, and month: whether we could see it. A month without activity is seen, a month that was not visited never is.
--   community: slug of the community
--   source: name of the source
--   month: first day of the month, UTC
--   state: seen, partial, pending (not asked yet), gap (asked, not had), unborn (before since), ended (after until)
--   covered: share of the month that was seen, over all units, 0 to 1
--   units: number of repositories of the source; 1 for a list or a forum
with seen as (
    select community, source, month, asked, failed_at, seen_until
    from core.months join core.unit_horizons using (community)
    where not dated and (community, source) not in (select (community, source) from core.archive_months)
        and (community, source) not in (select (community, source) from core.forum_months)
    union all
    select community, source, month, asked, failed_at, seen_until from core.archive_months
    union all
    select community, source, month, asked, failed_at, seen_until from core.forum_months
), by_unit as (
    select *, if(seen_until is null, 0, greatest(0, least(1, date_diff('second', month::timestamp, seen_until)
            / date_diff('second', month::timestamp, next_month::timestamp)))) as covered
    from seen join core.months using (community, month)
), by_source as (
    select community, source, month, avg(covered) as covered, count(*) as units,
        bool_or(failed_at is not null and (seen_until is null or failed_at >= month)) as failed, bool_or(not asked) as waiting
    from by_unit group by all
)
select community, source, month,
    case
        when month < date_trunc('month', since) then 'unborn'
        when month > date_trunc('month', until) then 'ended'
        when covered = 1 then 'seen'
        when covered > 0 then 'partial'
        when failed or kind = 'unreadable' or snapshot and not waiting then 'gap'
        else 'pending'
    end as state,
    coalesce(covered, 0) as covered,
    coalesce(units, if(kind = 'unreadable', 1, 0)) as units
from core.months
join raw.sources using (community)
left join by_source using (community, source, month)
where not counts_only
order by community, source, month
