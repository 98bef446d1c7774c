-- One row per ranking and community for the window that ends with $as_of; nobody is left out silently, the dormant stand last.
select r.family, r.community, c.name, r.state, r.rank, r.score, r."index", r.missing, r.months, r.published_months,
       r.people, r.living_since, r.active_in, r.reason_code
from rankings.monthly r
left join raw.communities c using (community)
where r.as_of = $as_of
order by r.family, r.rank nulls last, r.state = 'dormant', c.name, r.community
