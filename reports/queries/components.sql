-- What each metric adds to the score of the window that ends with $as_of.
select family, community, metric, months, level, weight, contribution, state
from rankings.components
where as_of = $as_of
order by family, community, metric
