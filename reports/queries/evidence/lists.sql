-- One row per community, month and list or forum: its messages of people and their senders, and the archive's page that has most of them with time, checksum and reader.
with counted as (
    select community, month, source, unit, count(*) as postings from core.postings where month is not null group by all
), paged as (
    select community, month, source, arg_max(unit, (postings, unit)) as unit, count(*) as pages, sum(postings)::bigint as postings
    from counted group by all
)
select p.community, p.month, p.source, p.unit, p.pages, p.postings, s.people, s.suppressed, s.state, u.url, u.seen_at, u.checksum, u.reader
from paged p
left join published.by_source s using (community, source, month)
left join raw.units u using (community, source, unit)
order by p.community, p.month desc, p.postings desc, p.source
