-- One row per family and community for the window that ends with $as_of. Families that rank somebody stand first, overall before the others.
with window_of as (select * from rankings.monthly where as_of = $as_of),
families as (select family, max(families) as families from window_of group by family having max(families) is not null)
select f.family, f.families, c.community, c.name, n.place as rank, n."index", n.months, n.published_months,
       if(n.place is null, coalesce(n.reason, 'the build gave no row for this community'), null) as reason,
       100 * n."index" / max(n."index") filter (n.place is not null) over of_family as percent_of_first,
       count(n.place) over of_family as ranked,
       count(n.place) over (partition by f.family, n.place) > 1 as shares_rank
from families f
cross join raw.communities c
left join window_of n on n.family = f.family and n.community = c.community
window of_family as (partition by f.family)
order by ranked = 0, list_position(['overall', 'talk', 'code', 'members'], f.family), n.place nulls last, c.name, c.community
