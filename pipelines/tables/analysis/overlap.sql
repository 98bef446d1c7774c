-- One row per community and complete month: where the people of the twelve months that end there were seen; only where both code and talk were seen at all.
--   community: slug of the community
--   month: first day of the last of the twelve months
--   state: observed (all of both was seen), partial (of what was seen)
--   people: distinct people in those months
--   code_only: those who only committed
--   talk_only: those who only wrote
--   code_and_talk: those who did both
with watched as (
    select months.community, months.month,
        count(*) filter (family = 'code' and state in ('observed', 'partial')) as code_months,
        count(*) filter (family = 'talk' and state in ('observed', 'partial')) as talk_months,
        bool_and(state = 'observed') as whole
    from core.months as months join core.channels as channels on channels.community = months.community and family in ('code', 'talk')
        and channels.month between months.month - interval 11 months and months.month
    where complete group by all
), years as (
    select community, watched.month, whole, person_key, bool_or(channel = 'code') as commits, bool_or(channel = 'talk') as writes
    from watched join core.activity using (community)
    where code_months > 0 and talk_months > 0 and activity.month between watched.month - interval 11 months and watched.month
    group by all
)
select community, month, if(whole, 'observed', 'partial') as state, count(*) as people, count(*) filter (not writes) as code_only,
    count(*) filter (not commits) as talk_only, count(*) filter (commits and writes) as code_and_talk
from years group by all
order by community, month
