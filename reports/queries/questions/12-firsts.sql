-- Who was first by code, in how many editions, and in how many of them firmly?
select community, count(*) as editions, count(*) filter (rank_high = 1) as firmly, min(as_of) as first, max(as_of) as last
from rankings.monthly where family = 'code' and rank = 1 group by community order by editions desc
