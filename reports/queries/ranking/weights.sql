-- One row per ranking of the window that ends with $as_of and metric that it weighs, in the order of the table's columns.
select p.family, m.family as metric_family, p.metric, any_value(p.weight) as weight
from rankings.components p
join rankings.method m using (metric)
where p.as_of = $as_of
group by p.family, m.family, p.metric, m.weight
order by p.family, m.family, m.weight desc, p.metric
