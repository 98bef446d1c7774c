-- One row per scored metric: its frozen constants, its definition, and whose levels are its reference.
select m.family, m.metric, m.weight, m.family_weight, m."offset", m.reference, m.dispersion, m.dispersion_exponent,
       m.coverage_exponent, f.reference as reference_of, d.unit, d.definition
from rankings.method m
join rankings.families f on f.family = m.family
left join metrics.definitions d using (metric)
order by m.family = 'people', m.family, m.weight desc, m.metric
