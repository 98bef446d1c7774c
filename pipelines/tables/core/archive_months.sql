-- One row per month of a mail archive: what the archive says of it, and up to when we have seen it.
--   community: slug of the community
--   source: name of the list
--   month: first day of the month
--   listed: the archive's index has the month; one that it has not is empty, but where nobody captured or kept it
--   total: messages that the archive says it holds in it; NULL where it does not say
--   asked: the index, or the month, was visited at least once
--   seen_until: everything before this moment was seen, UTC; NULL if nothing was ever seen
--   failed_at: the last visit that brought nothing good, UTC; NULL if there was none
with totals as (
    select community, source, month, max(messages) as total, true as listed from raw.totals where month is not null group by all
), units as (
    select h.* exclude (unit), h.unit, try_strptime(unit || '-01', '%Y-%m-%d')::date as month, observations
    from core.unit_horizons as h left join raw.units using (community, source, unit)
)
select s.community, s.source, m.month, coalesce(listed, false) as listed, total,
    coalesce(i.asked, false) or coalesce(u.asked, false) as asked,
    case
        when kind = 'mod_mbox' and u.observations = total then m.next_month::timestamp
        when listed or u.seen_until is not null or kind in ('archiveorg', 'mod_mbox') then u.seen_until
        else i.seen_until
    end as seen_until,
    case
        when listed then coalesce(u.failed_at, i.failed_at)
        when kind = 'archiveorg' and u.seen_until is null then i.visited_at
        else i.failed_at
    end as failed_at
from raw.sources as s
join core.months as m using (community)
left join units as i on (i.community, i.source, i.unit) = (s.community, s.source, 'index')
left join totals as t on (t.community, t.source, t.month) = (s.community, s.source, m.month)
left join units as u on (u.community, u.source, u.month) = (s.community, s.source, m.month)
where kind in ('pipermail', 'hyperkitty', 'ponymail', 'archiveorg', 'mod_mbox')
order by s.community, s.source, m.month
