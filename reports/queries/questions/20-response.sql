-- How long does a first answer take, of months with at least 20 threads?
select community, month, round(hours, 1) as hours, state, threads, answered
from analysis.response_times where month >= '2025-12-01' and complete order by month, community limit 6
