-- One row per repository, list or forum, month and page that was read: what of it is held in the month, with address, time, checksum and reader of the visit.
with held as (
    select community, source, repository as unit, month, count(*) as rows, count(*) filter (counted) as counted
    from core.commits where month is not null group by all
    union all
    select community, source, unit, month, count(*), null from core.postings where month is not null group by all
)
select h.community, h.source, h.unit, strftime(h.month, '%Y-%m') as month, h.rows, h.counted, u.url, u.seen_at, u.checksum, u.reader
from held h left join raw.units u using (community, source, unit)
order by h.community, h.source, h.month, h.unit
