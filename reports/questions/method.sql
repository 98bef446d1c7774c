-- The frozen constants of every scored metric, with its definition, the heaviest first.
select m.family, m.metric, m.weight, m."offset", m.reference, d.unit, d.definition
from rankings.method m
left join metrics.definitions d using (metric)
order by m.family, m.weight desc, m.metric
