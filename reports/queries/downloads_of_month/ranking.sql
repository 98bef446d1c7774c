-- One row per ranking and community for the window that ends with $as_of.
select r.family, r.families, r.place as rank, r.community, c.name, r."index", r.score, r.months, r.published_months, r.reason
from rankings.monthly r
left join raw.communities c using (community)
where r.as_of = $as_of
order by r.family, r.place nulls last, c.name, r.community
