-- One row per community, channel and complete month: analysis.layers as it may be published. Where one of the three groups has one or two people, the sizes of all three are suppressed, because the total would give it away.
--   community: slug of the community
--   channel: code (commits) or talk (messages)
--   month: first day of the last of the twelve months
--   state: published, or suppressed (a group or all people are one or two)
--   people: distinct people in those months; NULL where one or two
--   absence_factor: the fewest people who together made half of it: a number about the work, never suppressed
--   core_people: the fewest who together made 80 % of it; NULL where suppressed
--   regular_people: those who with them made 95 % of it; NULL where suppressed
--   casual_people: all others; NULL where suppressed
select community, channel, month, if(suppressed, 'suppressed', 'published') as state, if(is_few(people), null, people) as people, absence_factor,
    if(suppressed, null, core_people) as core_people, if(suppressed, null, regular_people) as regular_people,
    if(suppressed, null, casual_people) as casual_people
from (
    select *, is_few(people) or is_few(core_people) or is_few(regular_people) or is_few(casual_people) as suppressed from analysis.layers
)
order by community, channel, month
