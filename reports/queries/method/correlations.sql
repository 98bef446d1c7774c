-- One row per scored metric: the correlations of its noise with that of each, in the order of the rows.
select metric, list(correlation order by other) as correlations
from rankings.correlations
group by metric
order by metric
