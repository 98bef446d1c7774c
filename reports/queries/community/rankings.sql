-- One row per ranking of the window that ends with $as_of for which a source of $community had begun: the ranks that the counts allow, and since when these are the same without a break.
with window_of as (
    select * exclude (ranked), count(rank) over (partition by family) as ranked,
           100 * "index" / max("index") filter (rank is not null) over (partition by family) as percent_of_first
    from rankings.monthly where as_of = $as_of
),
ranks as (
    select family, as_of, {'low': rank_low, 'high': rank_high} as places,
           lag({'low': rank_low, 'high': rank_high}) over (partition by family order by as_of) as before
    from rankings.monthly where community = $community and as_of <= $as_of
),
kept as (select family, max(as_of) as since from ranks where places is distinct from before group by family)
select w.family, w.community, w.ranked, c.name, w.state, w.rank, w.rank_low, w.rank_high, w.possible_low, w.possible_high, w.months, w.percent_of_first, k.since,
       w.reason_code, w.missing, w.without_source, w.too_short, w.people, w.living_since, w.active_in
from window_of w
join raw.communities c using (community)
left join kept k using (family)
where w.community = $community and w.state <> 'no source'
order by w.ranked = 0, list_position(['overall', 'code', 'talk', 'people'], w.family)
