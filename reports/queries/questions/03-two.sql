-- How far apart are two communities that are no neighbours, and is that firm?
select a.as_of, a.score - b.score as difference, sqrt(a.score_error ^ 2 + b.score_error ^ 2) as error,
    abs(difference) / error > a.threshold as firm
from rankings.monthly as a join rankings.monthly as b using (as_of, family)
where family = 'code' and a.community = 'openstack' and b.community = 'opennebula' and a.rank > 0 and b.rank > 0
order by as_of desc limit 3
