-- Every rank up to the window that ends with $as_of; NULL where not ranked.
select family, families, as_of, community, place as rank, "index", months, published_months, reason
from rankings.monthly where as_of <= $as_of
order by family, as_of, community
