-- Every place there has been up to the window that ends with $as_of; place is NULL where not ranked.
select r.as_of, r.family, r.families, r.community, c.name, r.place, r."index", r.months, r.published_months, r.reason
from rankings.monthly r
left join raw.communities c using (community)
where r.as_of <= $as_of
order by r.family, r.as_of, r.community
