-- Calendar quarters, each beside the same quarter a year earlier; never the official order.
select * from rankings.quarters where last_month <= $as_of order by last_month, family, "index" desc, community
