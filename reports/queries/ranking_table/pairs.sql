-- One row per month that has a ranking, ranking and two neighbours in its table, of the rows that it shows: what is said of them, and what the one behind would need.
with shown as (
    from rankings.pairs
    where rank < if($is_large and as_of < (select last_complete_month from raw.build), 10, 20)
), needs as (
    select d.as_of, d.family, d.behind, list(d.metric order by m.family, m.weight desc, d.metric) as metrics,
           list(d.needed_whole order by m.family, m.weight desc, d.metric) as needed
    from (from rankings.distances semi join shown using (as_of, family, behind)) d join rankings.method m using (metric)
    group by all
)
select p.as_of, p.family, p.rank, p.ahead, coalesce(a.name, p.ahead) as ahead_name, p.behind, coalesce(b.name, p.behind) as behind_name,
       p.word, p.difference, p.fragility, p.fragility_of, p.flip_weight, n.metrics, n.needed
from shown p
left join raw.communities a on a.community = p.ahead
left join raw.communities b on b.community = p.behind
left join needs n on (n.as_of, n.family, n.behind) = (p.as_of, p.family, p.behind)
order by p.as_of, p.family, p.rank
