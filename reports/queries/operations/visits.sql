-- One row per UTC day and source of the last fourteen days that had visits.
with days as (
    select *, seen_at::date as day from raw.visits
    qualify dense_rank() over (order by seen_at::date desc) <= 14
)
select day, n.community, c.name, n.source,
       count(*) filter (verdict = 'ok') as ok,
       count(*) filter (verdict = 'unchanged') as unchanged,
       count(*) filter (verdict = 'empty') as empty,
       count(*) filter (verdict = 'shrunk') as shrunk,
       count(*) filter (verdict = 'failed') as failed,
       count(*) filter (verdict = 'refused') as refused,
       count(*) filter (verdict = 'gone') as gone,
       sum(seconds) as seconds
from days n
left join raw.communities c using (community)
group by all
order by day desc, c.name, n.community, n.source
