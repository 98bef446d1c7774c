-- The ten largest organisations of each channel of $community in the twelve months that end with $as_of, by mail domains: those of fewer than five people in them are one row. Never part of the ranking.
with acts as (
    select 'code' as channel, author_key as person_key, author_domain as domain
    from core.commits where counted and author_key is not null and month <= $as_of and month + interval 11 months >= $as_of and community = $community
    union all
    select 'talk', sender_key, sender_domain
    from core.messages where is_human and sender_key is not null and month <= $as_of and month + interval 11 months >= $as_of and community = $community
),
placed as (
    select channel, coalesce(organisation, 'unknown') as organisation, count(distinct person_key) as people, count(*) as events
    from acts left join raw.domains using (domain) group by all
), summed as (
    select channel, if(people >= 5 or organisation = 'unknown', organisation, 'fewer than five people each') as organisation,
           sum(people)::bigint as people, sum(events)::bigint as events,
           sum(events) / sum(sum(events)) over (partition by channel) as share
    from placed group by channel, 2
)
from summed
qualify row_number() over (partition by channel order by events desc, organisation) <= 10
order by channel, events desc, organisation
