-- One row per community, metric and month whose count depends on who is held to be one person, or a bot: the least and the most that it could be.
--   community: slug of the community
--   metric: name of the metric
--   month: first day of the month, UTC
--   low: the count with every merge that any rule offers; for commits and messages the count itself
--   high: the count with strict merges alone, none by address or name; for commits and messages the count with those of bots
with acts as not materialized (
    select community, channel, month, hash(person_strict_key) as strict, hash(person_lax_key) as lax from core.activity
), everywhere as (
    select community, if(channel = 'code', 'code_people', 'talk_people') as metric, month, strict, lax from acts
    union all
    select community, 'active_people', month, strict, lax from acts
), strictly as (
    select community, strict, min(month) as month from acts group by all
), laxly as (
    select community, lax, min(month) as month from acts group by all
), arrived as (
    select community, month, coalesce(low, 0) as low, coalesce(high, 0) as high
    from core.months
    left join (select community, month, count(*) as low from laxly group by all) using (community, month)
    left join (select community, month, count(*) as high from strictly group by all) using (community, month)
)
select community, metric, month, count(distinct lax) as low, count(distinct strict) as high
from everywhere group by all
union all
select community, 'population', month, sum(low) over running, sum(high) over running
from arrived window running as (partition by community order by month)
union all
select community, case channel when 'any' then 'new_people' when 'code' then 'new_code_people' else 'new_talk_people' end, month, low, high
from core.newcomers
union all
select community, 'commits', month, count(*) filter (counted), count(*) filter (counted or is_bot and parents < 2)
from core.commits where plausible group by all
union all
select community, 'messages', month, count(*) filter (is_human), count(*) from core.messages where month is not null group by all
order by community, metric, month
