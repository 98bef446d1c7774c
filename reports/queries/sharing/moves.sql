-- One row per ranking and community of which the score moved beyond its noise within a year, for the last twelve windows.
select m.as_of, m.family, m.community, coalesce(c.name, m.community) as name, m.earlier, m.word, m.growth, m.low, m.high
from rankings.movers m
left join raw.communities c using (community)
where m.span = 'year' and m.as_of <= $as_of and m.as_of > $as_of - interval 12 months
order by m.as_of desc, m.family, m.growth desc, m.community
