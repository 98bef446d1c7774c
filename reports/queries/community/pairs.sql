-- One row per ranking of the last complete month, community and neighbour of it: what is said of the two, and what the one behind would need.
with needs as (
    select d.family, d.behind, list(d.metric order by m.family, m.weight desc, d.metric) as metrics,
           list(d.needed_whole order by m.family, m.weight desc, d.metric) as needed
    from rankings.distances d join rankings.method m using (metric)
    where d.as_of = (select last_complete_month from raw.build)
    group by all
)
select unnest([p.ahead, p.behind]) as community, p.family, p.ahead, a.name as ahead_name, p.behind, b.name as behind_name, p.word,
       p.fragility, p.fragility_of, p.flip_weight, n.metrics, n.needed
from rankings.pairs p
left join raw.communities a on a.community = p.ahead
left join raw.communities b on b.community = p.behind
left join needs n on (n.family, n.behind) = (p.family, p.behind)
where p.as_of = (select last_complete_month from raw.build)
order by p.family, p.rank
