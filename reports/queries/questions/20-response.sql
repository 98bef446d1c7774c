-- How long does a first answer take, of months with at least 20 threads?
select h.community, h.month, round(h.value, 1) as hours, t.value::int as threads
from metrics.monthly as h join metrics.monthly as t using (community, month)
where h.metric = 'time_to_first_response' and t.metric = 'threads' and t.value >= 20 and h.value is not null
order by h.month desc, h.community limit 4
