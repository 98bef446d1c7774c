-- One row per community and month with at least 20 threads: how long a first answer takes; of fewer threads the median says little.
--   community: slug of the community
--   month: first day of the month, UTC
--   hours: median until another person answered, see the metric time_to_first_response
--   threads: threads that people started in the month
--   state: state of the month, as in metrics.monthly
select t.community, t.month, response.value as hours, t.value::bigint as threads, t.state
from metrics.monthly as t join metrics.monthly as response using (community, month)
where t.metric = 'threads' and response.metric = 'time_to_first_response' and t.value >= 20 and response.value is not null
order by t.community, t.month
