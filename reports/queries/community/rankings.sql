-- One row per ranking of the window that ends with $as_of for which a source of $community had begun: its rank and since when it has had it without a break.
with window_of as (
    select *, count(rank) over (partition by family) as ranked,
           100 * "index" / max("index") filter (rank is not null) over (partition by family) as percent_of_first
    from rankings.monthly where as_of = $as_of
),
ranks as (
    select family, as_of, rank, lag(rank) over (partition by family order by as_of) as before
    from rankings.monthly where community = $community and as_of <= $as_of
),
kept as (select family, max(as_of) as since from ranks where rank is distinct from before group by family)
select w.family, w.community, w.ranked, c.name, w.state, w.rank, w.months, w.percent_of_first, k.since,
       w.reason_code, w.missing, w.people, w.living_since, w.active_in
from window_of w
join raw.communities c using (community)
left join kept k using (family)
where w.community = $community and w.state <> 'no source'
order by w.ranked = 0, list_position(['overall', 'code', 'talk', 'people'], w.family)
