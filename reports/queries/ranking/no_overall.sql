-- Why there is no overall ranking of the window that ends with $as_of; NULL where there is one.
select min(reason) filter (families is null) as reason
from rankings.monthly
where as_of = $as_of and family = 'overall'
