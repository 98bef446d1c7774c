-- One row per source and year: the state of each month from January to December; NULL where the source has no such month.
select v.community, coalesce(c.name, v.community) as name, v.source, year(v.month) as year,
       [any_value(v.state) filter (month(v.month) = 1), any_value(v.state) filter (month(v.month) = 2),
        any_value(v.state) filter (month(v.month) = 3), any_value(v.state) filter (month(v.month) = 4),
        any_value(v.state) filter (month(v.month) = 5), any_value(v.state) filter (month(v.month) = 6),
        any_value(v.state) filter (month(v.month) = 7), any_value(v.state) filter (month(v.month) = 8),
        any_value(v.state) filter (month(v.month) = 9), any_value(v.state) filter (month(v.month) = 10),
        any_value(v.state) filter (month(v.month) = 11), any_value(v.state) filter (month(v.month) = 12)] as states
from core.coverage v
left join raw.communities c using (community)
group by v.community, c.name, v.source, year
order by c.name, v.community, v.source, year
