-- One row per calendar quarter, ranking and community of which every month gives a number, and which is not dormant at its end: shown beside the monthly editions, never the official order. The noise of its score is about twice theirs. Key: quarter, family, community. Join rankings.quarter_components by last_month, family and community.
--   quarter: its name, CY26-Q3
--   last_month: first day of its last month
--   family: family of the ranking, or overall
--   community: slug of the community
--   score: sum of the contributions in rankings.quarter_components, by the constants of the method
--   index: 100 * exp(score)
--   index_year_before: index of the same quarter a year earlier; NULL where there is none
--   growth: index over that one, less 1; NULL where there is none
with scores as (
    select last_month, family, community, count(*) as held, sum(contribution) as score
    from rankings.quarter_components group by all
), whole as (
    select last_month, family, community, scores.score, 100 * exp(scores.score) as index
    from scores join (select family, count(*) as held from rankings.weights group by family) using (family, held)
    join rankings.monthly as m using (family, community) where m.as_of = last_month and m.state not in ('dormant', 'no source')
)
select strftime(q.last_month, 'CY%y-Q') || quarter(q.last_month) as quarter, q.last_month,
    family, community, q.score, q.index, before.index as index_year_before, q.index / before.index - 1 as growth
from whole as q left join (select * replace ((last_month + interval 1 year)::date as last_month) from whole) as before
    using (last_month, family, community)
order by q.last_month, family, q.index desc, community
