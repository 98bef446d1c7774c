-- The ten largest organisations of each community and channel in the last twelve complete months, by mail domains: those of fewer than five people in them are one row. Never part of the ranking.
with acts as (
    select community, 'code' as channel, month, author_key as person_key, author_domain as domain
    from core.commits where counted and author_key is not null
    union all
    select community, 'talk', month, sender_key, sender_domain
    from core.messages where is_human and sender_key is not null
), placed as (
    select community, channel, coalesce(organisation, 'unknown') as organisation, count(distinct person_key) as people, count(*) as events
    from acts left join raw.domains using (domain)
    where month <= (select last_complete_month from raw.build) and month + interval 11 months >= (select last_complete_month from raw.build)
    group by all
), summed as (
    select community, channel, if(people >= 5 or organisation = 'unknown', organisation, 'fewer than five people each') as organisation,
           sum(people)::bigint as people, sum(events)::bigint as events,
           sum(events) / sum(sum(events)) over (partition by community, channel) as share
    from placed group by community, channel, 3
)
from summed
qualify row_number() over (partition by community, channel order by events desc, organisation) <= 10
order by community, channel, events desc, organisation
