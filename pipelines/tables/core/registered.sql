-- One row per community that says by which measure its official members are counted, and month: their number at its end.
--   community: slug of the community
--   month: first day of the month, UTC
--   value: the last count on or before the month's last day that is not older than 45 days; NULL where there is none
--   day: the day of that count
--   basis: stated or restated, see core.counts; figures that others published are none of these
--   lives: a source that can state it had begun by then
with months as (
    select community, registered as measure, month, next_month from core.months join raw.communities using (community)
    where registered is not null
), near as (
    select m.community, m.month, c.value, c."day", c.basis
    from months as m
    join core.counts as c on c.community = m.community and c.measure = m.measure
        and c."day" < m.next_month and c."day" >= m.next_month - interval 45 days
    join (select community, source, rowid as position from raw.sources) as s on (s.community, s.source) = (c.community, c.source)
    where c.basis <> 'published'
    qualify row_number() over (partition by m.community, m.month order by c."day" desc, position, c.subject) = 1
), begun as (
    select community, min(since) as since from raw.communities
    join raw.measures on measure = registered join raw.sources using (community)
    where raw.sources.kind = source_kind group by all
)
select m.community, m.month, value, near."day", basis, coalesce(m.month >= date_trunc('month', since), true) as lives
from months as m left join near using (community, month) left join begun using (community)
order by m.community, m.month
