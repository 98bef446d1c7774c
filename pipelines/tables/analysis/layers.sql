-- One row per community, channel and complete month: how the work of the twelve months that end there is spread over people.
--   community: slug of the community
--   channel: code (commits) or talk (messages)
--   month: first day of the last of the twelve months
--   people: distinct people in those months
--   absence_factor: the fewest people who together made half of it (Contributor Absence Factor)
--   core_people: the fewest who together made 80 % of it
--   regular_people: those who with them made 95 % of it
--   casual_people: all others
with years as (
    select months.community, channel, months.month, person_key, sum(events) as events
    from core.months as months join core.activity as activity
        on activity.community = months.community and activity.month between months.month - interval 11 months and months.month
    where complete group by all
), ordered as (
    select community, channel, month,
        sum(events) over (partition by community, channel, month order by events desc, person_key) as upto,
        sum(events) over (partition by community, channel, month) as whole
    from years
), counted as (
    select community, channel, month, count(*) as people,
        1 + count(*) filter (upto < 0.5 * whole) as half,
        1 + count(*) filter (upto < 0.8 * whole) as most,
        1 + count(*) filter (upto < 0.95 * whole) as nearly_all
    from ordered group by all
)
select community, channel, month, people, half as absence_factor, most as core_people, nearly_all - most as regular_people,
    people - nearly_all as casual_people
from counted
order by community, channel, month
