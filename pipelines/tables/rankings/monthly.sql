-- One row per ranking and community: its score over the window and its place among the ranked, or why it has none.
--   as_of: first day of the last month of the window of twelve complete months
--   family: talk, code, or overall, which takes the metrics of all families that are usable for enough communities
--   families: the families that the score rests on, such as code, talk; NULL where there are too few for an overall ranking
--   community: slug of the community
--   score: sum of the contributions in rankings.components, natural logarithm; NULL where a metric is missing
--   index: 100 * exp(score): 100 is the reference, 200 twice its weighted geometric mean
--   place: 1 for the highest score, equal scores share a place; NULL where listed and not ranked
--   reason: why there is no place; NULL where there is one
--   months: usable months of the metric that has the fewest, 0 to 12
--   published_months: of them, the most that a metric takes from raw.history because they were not seen well enough
--   people: mean of the metric of the ranking that counts the most people, people a month
with scored as (
    select as_of, family, community,
        string_agg(distinct metric_family, ', ' order by metric_family) as families,
        if(bool_and(contribution is not null), round(list_sum(list(contribution order by metric)), 9), null) as score,
        string_agg(distinct metric_family, ' and its ' order by metric_family) filter (contribution is null) as lacking,
        min(months) as months,
        max(published_months) as published_months,
        min(applicable_months) as applicable_months,
        max(level) filter (counts_people) as people
    from rankings.components join (select metric, counts_people from rankings.method) using (metric)
    group by as_of, family, community
    union all by name
    select as_of, 'overall' as family, community from rankings.levels
    where as_of not in (select as_of from rankings.weights where family = 'overall') group by all
), judged as (
    select *, case
        when families is null then 'fewer than ' || fewest_families || ' families could be counted for enough communities'
        when family = 'overall' and score is null then 'its ' || lacking || ' could not be counted'
        when applicable_months = 0 then 'no source of this family was alive in these months'
        when score is null and months = 0 then 'none of the ' || window_months || ' months was seen well enough'
        when score is null then 'only ' || months || ' of ' || window_months || ' months were seen'
        when applicable_months < window_months then 'fewer than ' || window_months || ' months of history'
        when people < fewest_people then 'fewer than ' || fewest_people || ' people a month on average'
    end as reason
    from scored cross join rankings.rules
)
select as_of, family, families, community, score, 100 * exp(score) as "index",
    if(reason is null, rank() over (partition by as_of, family, reason is null order by score desc), null)::integer as place,
    reason, months, published_months, people
from judged
order by as_of, family, place nulls last, community
