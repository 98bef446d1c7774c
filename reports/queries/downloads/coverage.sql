-- One row per source and month: what is known of it.
select v.community, v.source, v.month, v.state, v.covered, v.reason_code
from core.coverage v
left join raw.communities c using (community)
order by c.name, v.community, v.source, v.month
