-- One row per ranking and metric that it weighs, with what is counted: the same for every community.
with weighed as (
    select family, family as metric_family, metric, weight from rankings.method
    union all
    select 'overall', family, metric, weight from rankings.method
)
select w.family, w.metric, d.definition
from weighed w join metrics.definitions d using (metric)
order by w.family, w.metric_family, w.weight desc, w.metric
