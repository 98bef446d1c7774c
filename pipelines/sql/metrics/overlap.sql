-- One row per community and complete month: where the people of the twelve months that end there were seen.
--   community: slug of the community
--   month: first day of the last of the twelve months
--   people: distinct people in those months
--   code_only: those who only committed
--   talk_only: those who only wrote
--   both: those who did both
with years as (
    select months.community, months.month, person_key, bool_or(channel = 'code') as commits, bool_or(channel = 'talk') as writes
    from core.months as months join core.activity as activity
        on activity.community = months.community and activity.month between months.month - interval 11 months and months.month
    where complete group by all
)
select community, month, count(*) as people, count(*) filter (not writes) as code_only, count(*) filter (not commits) as talk_only,
    count(*) filter (commits and writes) as both
from years group by all
order by community, month
