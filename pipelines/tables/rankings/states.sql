-- One row per ranking and community: its score over the window, and whether it can be ranked.
--   as_of: first day of the last month of the window
--   family: family of the ranking, or overall
--   community: slug of the community
--   state: dormant, no source, new, not observed, quiet or ranked: the first that applies, see rankings.monthly
--   ended: all sources of the ranking have ended
--   score: sum of the contributions in rankings.components, natural logarithm; NULL where a metric is missing
--   missing: families of the ranking of which a metric is missing, such as people, talk; NULL where none is
--   months: months of the window that give a number, of the metric that has the fewest, 0 to 12
--   published_months: of the window's months, the most that a metric takes from raw.history
--   people: the larger of the levels of code_people and talk_people, whatever is ranked; NULL where both are missing
--   living_since: first month with a living source of the ranking; NULL where there was none yet
--   active_in: last month up to as_of in which anything of the ranking was seen; NULL where there is none
with scored as (
    select as_of, family, community,
        if(bool_and(contribution is not null), round_even(fsum(contribution order by metric), 9), null) as score,
        string_agg(distinct metric_family, ', ' order by metric_family) filter (contribution is null) as missing,
        min(months) as months, max(published_months) as published_months,
        bool_and(months = applicable_months) as all_seen
    from rankings.components group by all
), sizes as (
    select as_of, community, max(level) as people,
        -- A channel without a living source hides nobody, one that lives and was not seen does.
        bool_and(months = applicable_months) and max(months) = any_value(window_months) and sum(total) = 0 as nobody
    from rankings.levels join rankings.method using (metric) cross join rankings.rules
    where tells_size group by all
), lives as (
    select month as as_of, family, community,
        bool_or(lives) as lives, min(living_since) as living_since, max(active_in) as active_in
    from rankings.numbers join rankings.weights using (metric) group by all
)
select as_of, family, community,
    case
        when living_since is not null and (nobody or not lives) then 'dormant'
        when living_since is null then 'no source'
        when is_new and all_seen then 'new'
        when score is null or people is null then 'not observed'
        when is_new then 'new'
        when people < fewest_people then 'quiet'
        else 'ranked'
    end as state,
    not coalesce(lives, true) as ended,
    score, missing, months, published_months, people, living_since, active_in
from scored left join sizes using (as_of, community) left join lives using (as_of, family, community)
cross join rankings.rules
cross join lateral (select living_since > as_of - to_months(window_months - 1) as is_new) as age
order by as_of, family, community
