-- Whether anybody is ranked overall in the window that ends with $as_of.
select count(rank) > 0 as is_ranked
from rankings.monthly
where as_of = $as_of and family = 'overall'
