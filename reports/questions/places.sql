-- Every place there has been up to the newest complete window; place is NULL where not ranked.
select r.as_of, r.family, r.community, c.name, r.place, r."index", r.months, r.reason
from rankings.monthly r
left join raw.communities c using (community)
where r.as_of <= (select last_complete_month from raw.build)
order by r.family, r.as_of, r.community
