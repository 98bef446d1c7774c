-- One row per source that has months, and month: whether we could see it. A month without activity is seen, a month that was not visited never is.
--   community: slug of the community
--   source: name of the source
--   month: first day of the month, UTC
--   state: seen, partial, pending (not asked yet), gap (asked, but not received), not_started (before since), ended (after until)
--   covered: share of the month that was seen, over all units, 0 to 1; 0 where nobody can say
--   units: number of repositories of the source; 1 for a list or a forum
--   reason_code: why the month was not seen whole: not_asked, in_part, not_whole (messages are held, and nobody says that they are all), copy_ends (after the newest observation of a copy, or after the source was switched off), not_in_mailbox, not_saved, not_captured, unreadable, failed; NULL where it was, or could not be
--   seen_to: last month up to this one of which anything was seen; NULL where there is none
with by_source as (
    select community, source, month, avg(covered) as covered, count(unit) as units,
        bool_or(held) as held, bool_or(failed) as failed, bool_or(waiting) as waiting
    from core.unit_months group by all
), stated as (
    select community, source, month, kind, snapshot or enabled is false as snapshot, covered, units, held,
        case
            when month < date_trunc('month', since) then 'not_started'
            when month > date_trunc('month', until) then 'ended'
            when covered = 1 then 'seen'
            when covered > 0 or held then 'partial'
            when enabled is false or failed or kind in ('unreadable', 'askbot', 'mod_mbox', 'mbox') or snapshot and not waiting then 'gap'
            -- The host is gone, and no run asks for captures of it.
            when kind = 'archiveorg' and coalesce(waiting, true) then 'gap'
            else 'pending'
        end as state
    from by_source join raw.sources using (community, source)
), dated as (
    select *, max(month) filter (state in ('seen', 'partial')) over (partition by community, source order by month) as seen_to,
        max(month) filter (state in ('seen', 'partial')) over (partition by community, source) as seen_last
    from stated
)
select community, source, month, state, covered, units,
    case
        when state not in ('partial', 'pending', 'gap') then null
        when state = 'pending' then 'not_asked'
        when kind = 'unreadable' then 'unreadable'
        when held then 'not_whole'
        when (snapshot or kind = 'mbox') and month >= seen_last then 'copy_ends'
        when state = 'partial' then 'in_part'
        when kind = 'mbox' then 'not_in_mailbox'
        when kind in ('askbot', 'mod_mbox') then 'not_saved'
        when kind = 'archiveorg' then 'not_captured'
        else 'failed'
    end as reason_code,
    seen_to
from dated
order by community, source, month
