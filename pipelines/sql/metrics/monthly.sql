-- One row per community, metric and month: the value, or why there is none.
--   community: slug of the community
--   metric: name of the metric, see metrics.definitions
--   month: first day of the month, UTC
--   value: what was counted, in the metric's unit; NULL where nothing could be seen, never 0 for that
--   state: observed, partial (the count is of what was seen), unobserved, not_applicable
--   covered: share of the month's repository-days that was seen, 0 to 1; NULL where not applicable
select community, metric, month,
    if(state in ('observed', 'partial'), coalesce(value, 0)::double, null) as value,
    state, covered
from core.channels
join metrics.definitions using (family)
left join metrics.counts using (community, metric, month)
order by community, metric, month
