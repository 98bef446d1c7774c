-- One row per ranking of the last complete month and community of which a source had begun: its score in its 90 % range, the ranks that the counts allow, since when these are the same without a break, and what both were in the month that all are compared with.
with shown as (select last_complete_month as month, compared_with from raw.build cross join rankings.rules),
window_of as (
    select * exclude (ranked), count(rank) over (partition by family) as ranked,
           100 * "index" / max("index") filter (rank is not null) over (partition by family) as percent_of_first
    from rankings.monthly where as_of = (select month from shown)
), ranks as (
    select family, community, as_of, {'low': rank_low, 'high': rank_high} as places,
           lag({'low': rank_low, 'high': rank_high}) over (partition by family, community order by as_of) as before
    from rankings.monthly where as_of <= (select month from shown)
), kept as (
    select family, community, max(as_of) as since from ranks where places is distinct from before group by all
), latest as (
    select family, community, max(as_of) as ranked_in from rankings.monthly
    where rank is not null and as_of <= (select month from shown) group by all
)
select w.family, w.community, w.ranked, c.name, w.state, w.rank, w.rank_low, w.rank_high, w.possible_low, w.possible_high,
       w."index", 100 * exp(w.score - 1.6449 * w.score_error) as score_low, 100 * exp(w.score + 1.6449 * w.score_error) as score_high,
       w.months, w.published_months, w.percent_of_first, k.since, w.reason_code, w.missing, w.without_source, w.too_short, w.people,
       w.living_since, w.active_in, l.ranked_in, s.compared_with,
       o.rank as origin_rank, o.rank_low as origin_low, o.rank_high as origin_high, o."index" as origin_index
from window_of w
cross join shown s
left join raw.communities c using (community)
left join kept k using (family, community)
left join latest l using (family, community)
left join rankings.monthly o on (o.as_of, o.family, o.community) = (s.compared_with, w.family, w.community)
where w.state <> 'no source'
order by w.community, w.ranked = 0, list_position(['overall', 'code', 'talk', 'people'], w.family)
