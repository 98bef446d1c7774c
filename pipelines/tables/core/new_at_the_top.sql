-- One row per person among the twenty most active of a community's channel in the newest twelve complete months who was first seen in the last three of them: a bot that no rule knows may look so.
--   community: slug of the community
--   channel: code or talk
--   person_key: the person, see core.people
--   rank: 1 for the most active
--   events: commits or messages in the twelve months
--   first_month: the month in which the person was first seen in the community
with newest as (
    select *, month between last_complete_month - interval 11 months and last_complete_month as lately
    from core.activity cross join (select last_complete_month from raw.build)
), known as (
    select community, person_key, min(month) as first_month from newest group by all
), active as (
    select community, channel, person_key, sum(events)::bigint as events,
        row_number() over (partition by community, channel order by sum(events) desc, person_key) as "rank"
    from newest where lately group by community, channel, person_key
)
select community, channel, person_key, "rank", events, first_month
from active join known using (community, person_key) cross join raw.build
where "rank" <= 20 and first_month > last_complete_month - interval 3 months and not starts_with(person_key, 'opted_out')
order by community, channel, "rank"
