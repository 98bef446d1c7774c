-- One row per community and month with at least 20 threads: how long a first answer takes; of fewer threads the median says little. Key: community, month. A month in which fewer than half were answered has no median; its row stays, because the others alone are the fast months.
--   community: slug of the community
--   month: first day of the month, UTC
--   hours: median until another person answered, hours, see the metric time_to_first_response; NULL where fewer than half of the threads were answered
--   threads: threads that people started in the month
--   answered: those of them that another person answered
--   state: state of the hours, as in metrics.monthly: undefined where fewer than half were answered
--   complete: the month was over long enough to be ranked, see core.months
select t.community, t.month, response.value as hours, t.value::bigint as threads, replied.value::bigint as answered,
    response.state, t.complete
from metrics.monthly as t
join metrics.monthly as response on (response.community, response.month) = (t.community, t.month)
join metrics.monthly as replied on (replied.community, replied.month) = (t.community, t.month)
where t.metric = 'threads' and response.metric = 'time_to_first_response' and replied.metric = 'threads_replied'
    and t.value >= 20
order by t.community, t.month
