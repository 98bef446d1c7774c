-- Every rank up to the window that ends with $as_of; NULL where not ranked. Without those of whom no source had begun.
select r.family, r.community, c.name, r.as_of, r.rank, r.rank_low, r.rank_high, r.months, r.published_months,
       case when r.published_months > 0 then 'published' when r.months < 12 then 'partial' else 'observed' end as known
from rankings.monthly r
left join raw.communities c using (community)
where r.as_of <= $as_of and r.state <> 'no source'
order by r.family, r.as_of, r.community
