-- One row per cell of a ranking's table: the level of a metric, of people with the least and the most that it could be; overall the index of a family.
select p.family, p.community, p.metric as part, p.level as value,
       if(d.unit = 'people', l.low, null) as low, if(d.unit = 'people', l.high, null) as high
from rankings.components p
join rankings.levels l using (as_of, community, metric)
join metrics.definitions d using (metric)
where p.as_of = $as_of and p.family <> 'overall'
union all
select 'overall', community, family, "index", null, null
from rankings.monthly
where as_of = $as_of and family <> 'overall'
