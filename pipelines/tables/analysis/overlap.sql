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
), acts as materialized (
    select distinct community, channel, month, hash(person_key) as person from core.activity
), stays as (
    -- Somebody seen in a month is of the twelve months that end there and of the next eleven, or until seen again.
    select community, channel, month, least(month + interval 12 months,
        lead(month) over (partition by community, channel, person order by month)) as until
    from (from acts union all select distinct community, 'any', month, person from acts)
), steps as (
    select community, channel, month::date as month, 1 as step from stays
    union all
    select community, channel, until::date, -1 from stays
), running as (
    select community, channel, month, sum(sum(step)) over (partition by community, channel order by month) as people
    from steps group by community, channel, month
), seen as (
    select watched.community, watched.month, whole, channels.channel, coalesce(people, 0) as people
    from watched cross join (values ('code'), ('talk'), ('any')) as channels(channel)
    asof left join running on running.community = watched.community and running.channel = channels.channel and running.month <= watched.month
    where code_months > 0 and talk_months > 0
)
select community, month, if(whole, 'observed', 'partial') as state, max(people) filter (channel = 'any')::bigint as people,
    (max(people) filter (channel = 'any') - max(people) filter (channel = 'talk'))::bigint as code_only,
    (max(people) filter (channel = 'any') - max(people) filter (channel = 'code'))::bigint as talk_only,
    (max(people) filter (channel = 'code') + max(people) filter (channel = 'talk') - max(people) filter (channel = 'any'))::bigint as code_and_talk
from seen group by community, month, whole
having max(people) filter (channel = 'any') > 0
order by community, month
