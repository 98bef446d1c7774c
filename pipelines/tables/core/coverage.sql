-- One row per source that has months, and month: whether we could see it. A month without activity is seen, a month that was not visited never is.
--   community: slug of the community
--   source: name of the source
--   month: first day of the month, UTC
--   state: seen, partial, pending (not asked yet), gap (asked, but not received), not_started (before since), ended (after until)
--   covered: share of the month that was seen, over all units, 0 to 1
--   units: number of repositories of the source; 1 for a list or a forum
with seen as (
    select community, source, month, asked, failed_at, seen_until
    from core.months join core.unit_horizons using (community)
    where not dated and (community, source) not in (select (community, source) from core.archive_months)
        and (community, source) not in (select (community, source) from core.forum_months)
        -- Of a site for questions that is gone, the saved pages are as many units as it says that it had questions.
        and (unit like 'question-%' or (community, source) not in (select (community, source) from raw.sources where kind = 'askbot'))
    union all
    select community, source, month, asked, failed_at, seen_until from core.archive_months
    union all
    select community, source, month, asked, failed_at, seen_until from core.forum_months
), by_unit as (
    select *, if(seen_until is null, 0, greatest(0, least(1, date_diff('second', month::timestamp, seen_until)
            / date_diff('second', month::timestamp, next_month::timestamp)))) as covered
    from seen join core.months using (community, month)
), stated as (
    select community, source, max(messages) as questions from raw.totals where month is null group by all
), by_source as (
    select community, source, month,
        if(kind = 'askbot', coalesce(sum(covered) / (max(questions) + greatest(count(*) - max(questions), 0)), 0), avg(covered)) as covered,
        if(kind = 'askbot', 1, count(*)) as units,
        bool_or(failed_at is not null and (seen_until is null or failed_at >= month)) as failed, bool_or(not asked) as waiting
    from by_unit join raw.sources using (community, source) left join stated using (community, source)
    group by community, source, month, kind
)
select community, source, month,
    case
        when month < date_trunc('month', since) then 'not_started'
        when month > date_trunc('month', until) then 'ended'
        when covered = 1 then 'seen'
        when covered > 0 then 'partial'
        when failed or kind in ('unreadable', 'askbot', 'mod_mbox') or snapshot and not waiting then 'gap'
        -- The host is gone, and no run asks for captures of it.
        when kind = 'archiveorg' and coalesce(waiting, true) then 'gap'
        else 'pending'
    end as state,
    coalesce(covered, 0) as covered,
    coalesce(units, if(kind in ('unreadable', 'askbot', 'mod_mbox'), 1, 0)) as units
from core.months
join raw.sources using (community)
left join by_source using (community, source, month)
where not counts_only
order by community, source, month
