-- One row per community and metric, and its score in code: the level over the seen months of the window that ends with $as_of, as counted and with the commits of machines in, and the rank by each.
with seen as (
    select d.*, covered
    from definitions.commits d
    join (select community, month, covered from core.channels where family = 'code') using (community, month)
    where d.state in ('observed', 'partial') and covered >= $usable_coverage
      and d.month <= $as_of and d.month > $as_of - to_months($window_months)
),
levels as (
    select community, metric, count(*) as months, avg(of_people / covered ^ coverage_exponent) as level,
           avg(said.value / covered ^ coverage_exponent) as level_with
    from seen cross join lateral (values ('commits', commits, commits_with_automated),
                               ('code_people', code_people, code_people_with_automated)) said(metric, of_people, value)
    join rankings.method using (metric)
    group by all having count(*) >= $fewest_months
),
scores as (
    select p.community, 'code' as metric, any_value(r.months) as months, any_value(r.score) as level,
           sum(coalesce(p.weight * ln((l.level_with + m."offset") / (m.reference + m."offset")), p.contribution)) as level_with
    from rankings.components p
    join rankings.monthly r using (as_of, family, community)
    join rankings.method m using (metric)
    left join levels l using (community, metric)
    where p.as_of = $as_of and p.family = 'code' and r.rank is not null and r.published_months = 0
    group by p.community
)
select metric, community, c.name, months, level, level_with,
       rank() over (partition by metric order by round(level, 9) desc) as rank,
       rank() over (partition by metric order by round(level_with, 9) desc) as rank_with
from (from levels union all by name from scores)
left join raw.communities c using (community)
order by metric, rank, community
