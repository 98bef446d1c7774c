-- One row per family that has a ranking for the window that ends with $as_of: the rank of $community and since when it has had it without a break.
with window_of as (select * from rankings.monthly where as_of = $as_of),
families as (
    select family, max(families) as families, count(place) as ranked, max("index") filter (place is not null) as first_index
    from window_of group by family having max(families) is not null
),
ranks as (
    select family, as_of, place, lag(place) over (partition by family order by as_of) as before
    from rankings.monthly where community = $community and as_of <= $as_of
),
kept as (select family, max(as_of) as since from ranks where place is distinct from before group by family)
select f.family, f.families, f.ranked, c.name, n.place as rank,
       if(n.place is null, coalesce(n.reason, 'the build gave no row for this community'), null) as reason,
       100 * n."index" / f.first_index as percent_of_first, k.since,
       (select count(*) from window_of w where w.family = f.family and w.place = n.place) > 1 as shares_rank
from families f
cross join raw.communities c
left join window_of n on n.family = f.family and n.community = c.community
left join kept k on k.family = f.family
where c.community = $community
order by f.ranked = 0, list_position(['overall', 'talk', 'code', 'members'], f.family)
