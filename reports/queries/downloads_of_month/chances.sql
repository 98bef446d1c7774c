-- One row per community and rank that it could have: the chance of it. Of the newest window only.
select family, community, rank, chance
from rankings.chances where as_of = $as_of
order by family, community, rank
