-- One row per unit whose latest visit left a note.
select v.community, c.name, v.source, v.page as unit, max(v.seen_at) as seen_at, arg_max(v.note, v.seen_at) as note
from raw.visits v
left join raw.communities c using (community)
group by all
having arg_max(coalesce(v.note, ''), v.seen_at) <> ''
order by c.name, v.community, v.source, v.page
