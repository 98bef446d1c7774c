-- One row per ranking and community: its score over the window and its rank, or why it has none.
--   as_of: first day of the last month of the window of twelve complete months
--   family: code, talk, people, or overall, which takes the metrics of all of them
--   community: slug of the community
--   state: dormant (all sources have ended, or nobody was seen in twelve seen months), no source (none has begun), new (fewer than twelve months since the first with a living source), not observed (a metric is missing), quiet (too few people), ranked; the first that applies
--   score: sum of the contributions in rankings.components, natural logarithm; NULL where a metric is missing or the community is dormant
--   index: 100 * exp(score): 100 is the reference, 200 twice its weighted geometric mean
--   rank: 1 for the highest score, equal scores share a rank; NULL where the state is not ranked, and for all where fewer than two are
--   reason_code: why there is no rank: sources_ended, nobody_seen, no_source, new, not_observed, quiet, fewer_than_two_ranked; NULL where there is one
--   missing: families of the ranking of which a metric is missing, such as people, talk; NULL where none is
--   months: months of the window that give a number, of the metric that has the fewest, 0 to 12
--   published_months: the most months of the window that a metric takes from raw.history, because they were not covered enough
--   people: the larger of the levels of code_people and talk_people, people a month; NULL where both are missing
--   living_since: first month with a living source of the ranking; NULL where there was none yet
--   active_in: last month up to as_of in which anything of the ranking was seen; NULL where there is none
with counted as (
    select * replace (if(state = 'dormant', null, score) as score),
        count(*) filter (state = 'ranked') over (partition by as_of, family) >= fewest_ranked as enough
    from rankings.states cross join rankings.rules
)
select as_of, family, community, state, score, 100 * exp(score) as "index",
    if(state = 'ranked' and enough, rank() over (partition by as_of, family, state order by score desc), null)::integer as rank,
    case
        when state = 'dormant' then if(ended, 'sources_ended', 'nobody_seen')
        when state <> 'ranked' then replace(state, ' ', '_')
        when not enough then 'fewer_than_two_ranked'
    end as reason_code,
    missing, months, published_months, people, living_since, active_in
from counted
order by as_of, family, rank nulls last, community
