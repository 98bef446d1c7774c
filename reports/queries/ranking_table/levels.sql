-- One row per month that has a ranking, ranking, ranked community of the first 20 rows and metric: the level that its score is made of.
select c.as_of, c.family, c.community, c.metric, c.level
from rankings.components c
join rankings.monthly r using (as_of, family, community)
join rankings.method m using (metric)
where r.rank <= 20
order by c.as_of, c.family, r.rank, m.family, m.weight desc, c.metric
