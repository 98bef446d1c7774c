-- Every rank there has been up to the window that ends with $as_of; rank is NULL where not ranked. Without those of whom no source had begun.
select r.as_of, r.family, r.community, c.name, r.state, r.rank, r."index", r.months, r.published_months, r.reason_code
from rankings.monthly r
left join raw.communities c using (community)
where r.as_of <= $as_of and r.state <> 'no source'
order by r.family, r.as_of, r.community
