-- One row per calendar quarter, ranking and community of which every month gives a number: shown beside the monthly editions, never the official order. The noise of its score is about twice theirs.
--   quarter: its name, CY26-Q3
--   last_month: first day of its last month
--   family: family of the ranking, or overall
--   community: slug of the community
--   score: sum of the contributions of the levels of the three months, by the constants of the method
--   index: 100 * exp(score)
--   index_year_before: index of the same quarter a year earlier; NULL where there is none
--   growth: index over that one, less 1; NULL where there is none
with levels as (
    select community, metric, date_trunc('quarter', month)::date as first_month, avg(number) as level
    from rankings.numbers group by all having count(number) = 3
), scores as (
    select first_month, w.family, community, count(*) as held,
        sum(w.weight * ln((level + "offset") / (reference + "offset"))) as score
    from levels join rankings.weights as w using (metric) join rankings.method using (metric) group by all
), whole as (
    select first_month, family, community, score, 100 * exp(score) as index
    from scores join (select family, count(*) as held from rankings.weights group by family) using (family, held)
)
select strftime(q.first_month, 'CY%y-Q') || quarter(q.first_month) as quarter, (q.first_month + interval 2 months)::date as last_month,
    family, community, q.score, q.index, before.index as index_year_before, q.index / before.index - 1 as growth
from whole as q left join (select * replace ((first_month + interval 1 year)::date as first_month) from whole) as before
    using (first_month, family, community)
order by last_month, family, q.index desc, community
