-- Which months of a source could not be seen whole, and why?
select community, source, reason_code, count(*) as months, min(month) as first, max(month) as last
from core.coverage where reason_code is not null
group by all order by months desc, community, source limit 5
