-- One row per community, channel and complete month: how the work of the twelve months that end there is spread over people.
--   community: slug of the community
--   channel: code (commits) or talk (messages)
--   month: first day of the last of the twelve months
--   people: distinct people in those months
--   absence_factor: the fewest people who together made half of it (Contributor Absence Factor)
--   core_people: the fewest who together made 80 % of it
--   regular_people: those who with them made 95 % of it
--   casual_people: all others
with acts as materialized (
    select community, channel, month, hash(person_key) as person, sum(events)::bigint as events
    from core.activity group by all
), years as (
    select months.community, channel, months.month, person, sum(events)::bigint as events
    from acts join core.months as months
        on months.community = acts.community and acts.month between months.month - interval 11 months and months.month
    where complete group by all
), equals as (
    -- People of as many events as each other, the busiest first.
    select community, channel, month, events, count(*) as people from years group by all
), ordered as (
    select *, sum(people * events) over (partition by community, channel, month)::bigint as whole,
        sum(people * events) over (partition by community, channel, month order by events desc)::bigint - people * events as before
    from equals
), counted as (
    select community, channel, month, sum(people)::bigint as people,
        1 + sum(people_below(50, whole, before, events, people))::bigint as half,
        1 + sum(people_below(80, whole, before, events, people))::bigint as most,
        1 + sum(people_below(95, whole, before, events, people))::bigint as nearly_all
    from ordered group by all
)
select community, channel, month, people, half as absence_factor, most as core_people, nearly_all - most as regular_people,
    people - nearly_all as casual_people
from counted
order by community, channel, month
