-- One row per community, channel and month in which somebody came: people seen in the month and in none of the 24 before, so new, or back after two years.
--   community: slug of the community
--   channel: code, talk, or any of them
--   month: first day of the month, UTC
--   people: newcomers, see core.people
--   low: the same with every merge that any rule offers: the least
--   high: the same with strict merges alone: the most
with acts as (
    select community, channel, month, person_key, person_strict_key, person_lax_key from core.activity
    union all
    select community, 'any', month, person_key, person_strict_key, person_lax_key from core.activity
), seen as (
    select distinct community, channel, month, level, who
    from acts cross join lateral (values ('people', person_key), ('low', person_lax_key), ('high', person_strict_key)) as named(level, who)
), dated as (
    select *, lag(month) over (partition by community, channel, level, who order by month) as before from seen
)
select community, channel, month, count(*) filter (level = 'people') as people, count(*) filter (level = 'low') as low,
    count(*) filter (level = 'high') as high
from dated where coalesce(before < month - interval 24 months, true)
group by community, channel, month
order by community, channel, month
