-- Which share of the threads was answered, of months with at least 20 threads?
select t.community, t.month, t.value::int as threads, round(r.value / t.value, 2) as answered
from metrics.monthly as t join metrics.monthly as r using (community, month)
where t.metric = 'threads' and r.metric = 'threads_replied' and t.value >= 20 and t.complete
order by t.month desc, t.community limit 4
