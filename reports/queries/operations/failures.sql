-- One row per unit whose tries since its last good visit did not bring everything.
with good as (
    select community, source, page, max(seen_at) as good_at
    from raw.visits
    where verdict in ('ok', 'unchanged', 'empty')
    group by all
)
select v.community, c.name, v.source, v.page as unit, max(v.seen_at) as tried_at, count(*) as tries,
       arg_max(v.verdict, v.seen_at) as verdict, arg_max(v.reason_code, v.seen_at) as reason_code, g.good_at
from raw.visits v
left join raw.communities c using (community)
left join good g using (community, source, page)
where v.verdict in ('failed', 'refused', 'gone', 'shrunk')
  and (g.good_at is null or v.seen_at > g.good_at)
group by all
order by tried_at desc, v.community, v.source, v.page
