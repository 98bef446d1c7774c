-- One row per ranking and community of which a source had begun, for the window that ends with $as_of: its places now and in June 2013, and how it moved.
select r.family, r.community, coalesce(c.name, r.community) as name, r.rank, r.rank_low, r.rank_high, o.rank_low as then_low, o.rank_high as then_high,
       coalesce(list({'span': m.span, 'growth': m.growth, 'low': m.low, 'high': m.high, 'word': m.word}) filter (m.span is not null), []) as movement
from rankings.monthly r cross join rankings.rules
left join raw.communities c using (community)
left join rankings.monthly o on (o.as_of, o.family, o.community) = (compared_with, r.family, r.community)
left join rankings.movement m on (m.as_of, m.family, m.community) = (r.as_of, r.family, r.community)
where r.as_of = $as_of and r.state <> 'no source'
group by all
order by r.family, r.rank nulls last, r.community
