-- One row per two neighbours in a table of the window that ends with $as_of: what is said of them, and what the one behind would need.
select p.family, p.ahead, a.name as ahead_name, p.behind, b.name as behind_name, p.word, p.fragility, p.fragility_of, p.flip_weight,
       n.metrics, n.needed
from rankings.pairs p
left join raw.communities a on a.community = p.ahead
left join raw.communities b on b.community = p.behind
left join (
    select d.family, d.behind, list(d.metric order by m.family, m.weight desc, d.metric) as metrics,
           list(d.needed_whole order by m.family, m.weight desc, d.metric) as needed
    from rankings.distances d join rankings.method m using (metric) where d.as_of = $as_of group by all
) n on (n.family, n.behind) = (p.family, p.behind)
where p.as_of = $as_of
order by p.family, p.rank
