-- One row per ranking and community of which a source had begun, for the window that ends with $as_of. Rankings that rank somebody stand first, overall before the others; the dormant stand last.
select r.family, r.community, c.name, r.state, r.rank, r.rank_low, r.rank_high, r.level_until,
       r.possible_low, r.possible_high, r."index", r.months, r.published_months,
       r.reason_code, r.missing, r.without_source, r.too_short, r.people, r.living_since, r.active_in,
       100 * r."index" / max(r."index") filter (r.rank is not null) over of_family as percent_of_first,
       count(r.rank) over of_family as with_rank
from rankings.monthly r
left join raw.communities c using (community)
where r.as_of = $as_of and r.state <> 'no source'
window of_family as (partition by r.family)
order by with_rank = 0, list_position(['overall', 'code', 'talk', 'people'], r.family), r.rank nulls last,
         r.state = 'dormant', c.name, r.community
