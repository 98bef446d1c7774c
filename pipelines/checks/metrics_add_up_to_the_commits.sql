select community, sum(value) as in_months, any_value(total) as counted
from metrics.counts join (select community, count(*) filter (counted) as total from core.commits group by all) using (community)
where metric = 'commits' group by all having in_months <> counted
