-- How many feature releases came out in each year?
select community, year(released_at) as year, count(*) as releases
from core.releases where kind = 'feature' and released_at >= '2024-01-01' group by all order by community, year
