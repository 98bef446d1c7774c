select as_of, family, community, sum(weight) as weights
from rankings.as_ofs cross join raw.communities cross join (select distinct family from rankings.weights)
left join rankings.components using (as_of, family, community)
group by all having not coalesce(abs(sum(weight) - 1) < 1e-9, false)
