-- One row per month that has a ranking, ranking and two neighbours in its table, of the rows that it shows: what is said of them, and what the one behind would need.
select p.as_of, p.family, p.rank, p.ahead, coalesce(a.name, p.ahead) as ahead_name, p.behind, coalesce(b.name, p.behind) as behind_name,
       p.word, p.difference, p.fragility, p.fragility_of, p.flip_weight, n.metrics, n.needed
from rankings.pairs p
left join raw.communities a on a.community = p.ahead
left join raw.communities b on b.community = p.behind
left join (
    select d.as_of, d.family, d.behind, list(d.metric order by m.family, m.weight desc, d.metric) as metrics,
           list(d.needed_whole order by m.family, m.weight desc, d.metric) as needed
    from rankings.distances d join rankings.method m using (metric) group by all
) n on (n.as_of, n.family, n.behind) = (p.as_of, p.family, p.behind)
where p.rank < if($is_large and p.as_of < (select last_complete_month from raw.build), 10, 20)
order by p.as_of, p.family, p.rank
