-- One row per month of a mail archive: what the archive says of it, and up to when we have seen it.
--   community: slug of the community
--   source: name of the list
--   month: first day of the month
--   listed: the archive's index has the month; one that it has not is empty
--   total: messages that the archive says it holds in it; NULL where it does not say
--   asked: the index, or the month, was visited at least once
--   seen_until: everything before this moment was seen, UTC; NULL if nothing was ever seen
--   failed_at: the last visit that brought nothing good, UTC; NULL if there was none
with totals as (
    select community, source, month, max(messages) as total, true as listed from raw.totals where month is not null group by all
), units as (
    select community, source, unit, try_strptime(unit || '-01', '%Y-%m-%d')::date as month, asked, seen_until, failed_at
    from core.unit_horizons
)
select s.community, s.source, m.month, coalesce(listed, false) as listed, total,
    i.asked or coalesce(u.asked, false) as asked,
    if(listed or u.seen_until is not null, u.seen_until, i.seen_until) as seen_until,
    if(listed, coalesce(u.failed_at, i.failed_at), i.failed_at) as failed_at
from raw.sources as s
join core.months as m using (community)
join units as i on (i.community, i.source, i.unit) = (s.community, s.source, 'index')
left join totals as t on (t.community, t.source, t.month) = (s.community, s.source, m.month)
left join units as u on (u.community, u.source, u.month) = (s.community, s.source, m.month)
where kind in ('pipermail', 'hyperkitty', 'ponymail')
order by s.community, s.source, m.month
