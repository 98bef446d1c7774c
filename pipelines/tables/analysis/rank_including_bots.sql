-- One row per window, family, metric and community: the level and the rank as counted, without bots, and where bots are included.
--   as_of: first day of the last month of the window
--   family: talk or code
--   metric: name of the metric, or the family: then the levels are scores, natural logarithms
--   community: slug of the community
--   months: months of the window that were covered enough
--   level: mean of these months, each divided by its coverage to the metric's exponent; of the family its score
--   level_including_bots: the same where the messages or commits of bots are included
--   rank: 1 for the highest level, equal ones share a rank
--   rank_including_bots: the same by level_including_bots
with counted as (
    select 'talk' as family, community, month, state, said.metric, said.value, said.including_bots
    from definitions.messages,
    lateral (values ('messages', messages, messages_with_bots),
                    ('talk_people', talk_people, talk_people_with_bots)) said(metric, value, including_bots)
    union all
    select 'code', community, month, state, said.metric, said.value, said.including_bots
    from definitions.commits,
    lateral (values ('commits', commits, commits_with_bots),
                    ('code_people', code_people, code_people_with_bots)) said(metric, value, including_bots)
), levels as (
    select as_of, family, metric, community, count(*) as months, avg(value / covered ^ coverage_exponent) as level,
        avg(including_bots / covered ^ coverage_exponent) as level_including_bots
    from rankings.as_ofs cross join rankings.rules
    join counted on month between as_of - to_months(window_months - 1) and as_of
    join core.channels using (family, community, month)
    join (select metric, coverage_exponent from rankings.method) as method using (metric)
    where counted.state in ('observed', 'partial') and covered >= usable_coverage
    group by all having count(*) >= any_value(fewest_months)
), scores as (
    select as_of, family, family as metric, community, any_value(r.months) as months, any_value(r.score) as level,
        sum(coalesce(p.weight * ln((l.level_including_bots + m."offset") / (m.reference + m."offset")), p.contribution))
            as level_including_bots
    from rankings.components p
    join rankings.monthly r using (as_of, family, community)
    join rankings.method m using (metric)
    left join levels l using (as_of, family, metric, community)
    where family in ('talk', 'code') and r.rank is not null and r.published_months = 0
    group by as_of, family, community
)
select as_of, family, metric, community, months, level, level_including_bots,
    rank() over (partition by as_of, family, metric order by round(level, 9) desc) as rank,
    rank() over (partition by as_of, family, metric order by round(level_including_bots, 9) desc) as rank_including_bots
from (from levels union all by name from scores)
order by as_of, family, metric, rank, community
