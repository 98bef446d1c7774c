-- One row per metric: definition, formula, the metric of CHAOSS that it is a case of, its query, and its weight in overall.
select d.*, w.weight, w.family as ranking
from metrics.definitions d left join rankings.method w using (metric)
order by w.weight desc nulls last, d.family, d.metric
