-- How long does a first answer take, of months with at least 20 threads?
select community, month, round(hours, 1) as hours, state, threads, answered
from analysis.response_times where complete order by month desc, community limit 5
