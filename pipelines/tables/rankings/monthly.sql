-- One row per ranking and community: its score over the window with its error, its rank and the ranks that the counts allow, or why it has none. Key: as_of, family, community. Join raw.communities by community.
--   as_of: first day of the last month of the window of twelve complete months
--   family: code, talk, people, or overall, which takes the metrics of all of them
--   community: slug of the community
--   state: dormant (all sources have ended, or nobody was seen in twelve seen months), no source (none has begun), new (fewer than twelve months since the first with a living source), not observed (a metric is missing), quiet (too few people), ranked; the first that applies
--   score: sum of the contributions in rankings.components, natural logarithm, rounded to 9 decimals; NULL where a metric is missing or the community is dormant
--   score_error: standard error of the score; NULL where that is
--   index: 100 * exp(score): 100 is the reference, 200 twice its weighted geometric mean
--   rank: the row in the order of the scores, equal ones by slug: no claim by itself; NULL where the state is not ranked, and for all where fewer than two are
--   rank_low: the first of the ranks that the counts allow; all sets of a ranking hold together in nominally 90 of 100 repeats
--   rank_high: the last of these ranks
--   level_until: the last rank of the run of rows from this one on in which no pair is firm: its own where the next row is firmly behind
--   possible_low: of who is not observed but in part: the rank of its best case, each missing metric being the highest of those ranked; else NULL
--   possible_high: the rank of its worst case, each missing metric being 0 and all others that were not observed ahead; else NULL
--   ranked: communities of the ranking whose state is ranked
--   cut: pairs of ranked communities that are firm, by Holm's rule; NULL where nobody has ranks, and above 1,000 ranked in all editions but the newest
--   threshold: two communities are firmly apart where |difference of scores| / sqrt(sum of the squared errors) is above this; NULL as cut
--   reason_code: why there is no rank: sources_ended, nobody_seen, no_source, new, not_observed, quiet, fewer_than_two_ranked; NULL where there is one
--   missing: families of the ranking of which a metric is missing, such as people, talk; NULL where none is
--   without_source: families of these of which no source was alive in the window; NULL where none is
--   too_short: families of these that were applicable for too few months, each of which gives a number; NULL where none is
--   months: months of the window that give a number, of the metric that has the fewest, 0 to 12
--   published_months: the most months of the window that a metric takes from raw.history, because they were not covered enough
--   people: the larger of the levels of code_people and talk_people, people a month; NULL where both are missing
--   living_since: first month with a living source of the ranking; NULL where there was none yet
--   active_in: last month up to as_of in which anything of the ranking was seen; NULL where there is none
--   method: version of the method
--   method_sha256: checksum of the method's file
with families as (
    select c.as_of, c.family, c.community, metric_family, min(months) as months, max(published_months) as published_months,
        bool_or(contribution is null) as lacks,
        lacks and max(applicable_months) = 0 and not bool_or(l.lives) as has_no_source,
        lacks and not has_no_source and bool_and(contribution is not null or months = applicable_months) as is_short
    from rankings.components as c
    join rankings.lives as l on (l.as_of, l.family, l.community) = (c.as_of, metric_family, c.community)
    group by all
), parts as (
    select as_of, family, community,
        string_agg(metric_family, ', ' order by metric_family) filter (lacks) as missing,
        string_agg(metric_family, ', ' order by metric_family) filter (has_no_source) as without_source,
        string_agg(metric_family, ', ' order by metric_family) filter (is_short) as too_short,
        min(months) as months, max(published_months) as published_months
    from families group by all
)
select as_of, family, community, state, score, score_error, "index", rank, rank_low, rank_high, level_until,
    possible_low, possible_high, ranked, cut, threshold,
    case
        when state = 'dormant' then if(lives, 'nobody_seen', 'sources_ended')
        when state <> 'ranked' then replace(state, ' ', '_')
        when rank is null then 'fewer_than_two_ranked'
    end as reason_code,
    missing, without_source, too_short, months, published_months, people, living_since, active_in, method_version as method, method_sha256
from rankings.scores join parts using (as_of, family, community) join rankings.lives using (as_of, family, community)
cross join raw.build
order by as_of, family, rank nulls last, community
