-- One row per unit of a source that has months, and month: how much of the month was seen there.
--   community: slug of the community
--   source: name of the source
--   unit: repository or file; empty for a list or a forum; NULL for a list of repositories that was not read yet
--   month: first day of the month, UTC
--   lives: the source can hold activity in the month: not before since, not after until
--   covered: of the days of the month on which the source lives, the share that was seen, 0 to 1; 0 where nobody can say
--   held: messages of the month are held, of a mailbox of which nobody says that it is whole
--   waiting: it was not asked yet; NULL where nothing can be asked
--   failed: a visit after the month began, and after the last good one, brought nothing good
with mailboxes as (
    select community, source, unit, min(month) as first_month, max(month) as last_month, max(newest_at) as newest_at
    from core.mailbox_months group by all
), proven as (
    select community, source, month,
        max(if(month < last_month or first_month = last_month, next_month::timestamp, newest_at)) as seen_until
    from mailboxes join core.months using (community) join raw.sources using (community, source)
    where whole_archive and month between first_month and last_month group by all
), held as (
    select distinct community, source, month, true as held from core.mailbox_months
), seen as (
    select community, source, unit, month, asked, failed_at, seen_until, false as held
    from core.months join core.unit_horizons using (community) join raw.sources using (community, source)
    where not dated and kind <> 'mbox' and (community, source) not in (select (community, source) from core.archive_months)
        and (community, source) not in (select (community, source) from core.forum_months)
        -- Of a site for questions that is gone, the saved pages are as many units as it says that it had questions.
        and (unit like 'question-%' or kind <> 'askbot')
    union all
    select community, source, '', month, asked, failed_at, seen_until, false from core.archive_months
    union all
    select community, source, '', month, asked, failed_at, seen_until, false from core.forum_months
    union all
    select community, source, '', month, true, null, seen_until, coalesce(held, false)
    from core.months join raw.sources using (community)
    left join proven using (community, source, month) left join held using (community, source, month)
    where kind = 'mbox'
), lived as (
    select community, source, month, kind, since < next_month and coalesce(until >= month, true) as lives,
        if(lives, greatest(month, since), month)::timestamp as life_from,
        if(lives, least(next_month, until + 1), next_month)::timestamp as life_to
    from core.months join raw.sources using (community) where not counts_only
), by_unit as (
    select community, source, month, kind, lives, unit, held, not asked as waiting,
        failed_at is not null and (seen_until is null or failed_at >= greatest(month, seen_until)) as failed,
        if(seen_until is null, 0, greatest(0, least(1, date_diff('second', life_from, seen_until)
            / date_diff('second', life_from, life_to)))) as covered
    from lived left join seen using (community, source, month)
), stated as (
    select community, source, max(messages) as questions from raw.totals where month is null group by all
)
select community, source, unit, month, lives, covered, coalesce(held and covered = 0, false) as held, waiting, coalesce(failed, false) as failed
from by_unit where kind in ('git', 'series_status', 'mailmap')
union all
select community, source, '', month, lives,
    if(kind = 'askbot', coalesce(sum(covered) / (max(questions) + greatest(count(*) - max(questions), 0)), 0), max(covered)),
    coalesce(bool_or(held and covered = 0), false), bool_or(waiting), coalesce(bool_or(failed), false)
from by_unit left join stated using (community, source)
where kind not in ('git', 'series_status', 'mailmap') group by community, source, month, kind, lives
order by community, source, unit, month
