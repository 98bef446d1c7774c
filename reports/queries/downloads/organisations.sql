-- The organisations of the twelve months that end with $as_of, by mail domains: those of fewer than five people in them are one row. Never part of the ranking.
with acts as (
    select community, 'code' as channel, author_key as person_key, author_domain as domain
    from core.commits where counted and author_key is not null and month <= $as_of and month + interval 11 months >= $as_of
    union all
    select community, 'talk', sender_key, sender_domain
    from core.messages where is_human and sender_key is not null and month <= $as_of and month + interval 11 months >= $as_of
),
placed as (
    select community, channel, coalesce(organisation, 'unknown') as organisation, count(distinct person_key) as people, count(*) as events
    from acts left join raw.domains using (domain) group by all
)
select community, channel, if(people >= 5 or organisation = 'unknown', organisation, 'fewer than five people each') as organisation,
       sum(people)::bigint as people, sum(events)::bigint as events,
       sum(events) / sum(sum(events)) over (partition by community, channel) as share
from placed group by community, channel, 3
order by community, channel, events desc, organisation
