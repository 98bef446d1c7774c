-- One row per window, ranking and ranked community: its score and rank as counted, and with imports in the months in which they were recorded. Newcomers, and metrics with published months, stay as counted.
--   as_of: first day of the last month of the window
--   family: code or overall
--   community: slug of the community
--   commits: commits of imports that count in another month than they were recorded in, or in none, and touch the window by either month
--   score: the score, a natural logarithm
--   score_by_recorded_month: the same with imports in the months in which they were recorded
--   rank: 1 for the highest score, equal ones share a rank
--   rank_by_recorded_month: the same by score_by_recorded_month
with counted as (
    select community, month, said.metric, said.value
    from definitions.commits,
    lateral (values ('commits', commits_recorded_month), ('code_people', code_people_recorded_month)) said(metric, value)
    where state in ('observed', 'partial')
), levels as (
    select as_of, community, metric, avg(value / covered ^ coverage_exponent) as level
    from rankings.as_ofs cross join rankings.rules
    join counted on month between as_of - to_months(window_months - 1) and as_of
    join core.channels using (community, month)
    join (select metric, coverage_exponent from rankings.method) as method using (metric)
    where family = 'code' and covered >= usable_coverage
    group by all having count(*) >= any_value(fewest_months)
), moved as (
    select community, month, date_trunc('month', committed_at)::date as recorded_month
    from core.commits where imported and not (counted and month = date_trunc('month', committed_at))
), touched as (
    select as_of, community, count(*) as commits
    from rankings.as_ofs cross join rankings.rules
    join moved on month between as_of - to_months(window_months - 1) and as_of
        or recorded_month between as_of - to_months(window_months - 1) and as_of
    group by all
), scores as (
    select as_of, family, community, any_value(r.score) as score,
        sum(coalesce(p.weight * ln((if(p.published_months = 0, l.level, null) + m."offset") / (m.reference + m."offset")), p.contribution)) as score_by_recorded_month
    from rankings.components p
    join rankings.monthly r using (as_of, family, community)
    join rankings.method m using (metric)
    left join levels l using (as_of, community, metric)
    where family in ('code', 'overall') and r.rank is not null
    group by all
)
select as_of, family, community, coalesce(commits, 0) as commits, score, score_by_recorded_month,
    rank() over (partition by as_of, family order by round(score, 9) desc) as rank,
    rank() over (partition by as_of, family order by round(score_by_recorded_month, 9) desc) as rank_by_recorded_month
from scores left join touched using (as_of, community)
order by as_of, family, rank, community
