-- One row per ranking, community and span over which the score moved beyond its noise: the largest growth first. Key: as_of, family, span, community. Join rankings.monthly by as_of, family and community.
--   as_of: first day of the last month of the window
--   family: family of the ranking, or overall
--   span: month, year or origin, see rankings.movement
--   community: slug of the community
--   earlier: the month that it is compared with
--   word: rising or falling
--   growth: change of the index as a share: .05 is five percent more
--   low: lower end of its interval of 90 %
--   high: upper end
--   rank_before: the rank in the earlier month; NULL where there was none
--   rank: the rank now; NULL where there is none
select m.as_of, family, span, community, earlier, word, growth, low, high, b.rank as rank_before, n.rank
from rankings.movement as m
join rankings.monthly as n using (as_of, family, community)
join rankings.monthly as b using (family, community)
where b.as_of = earlier and word in ('rising', 'falling')
order by m.as_of, family, span, growth desc, community
