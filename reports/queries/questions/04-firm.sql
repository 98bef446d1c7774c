-- In how many editions is every place firm?
select family, count(*) as editions, count(*) filter (firm) as firm
from (select as_of, family, bool_and(rank_low = rank_high) as firm from rankings.monthly where rank > 0 group by all)
group by family order by family
