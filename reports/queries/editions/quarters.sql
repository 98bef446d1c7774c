-- The newest eight calendar quarters of each ranking, each beside the same quarter a year earlier.
select quarter, family, coalesce(name, community) as name, index, index_year_before, growth
from rankings.quarters join raw.communities using (community)
where last_month > (select max(last_month) from rankings.quarters) - interval 24 months
order by last_month desc, family, index desc, name
