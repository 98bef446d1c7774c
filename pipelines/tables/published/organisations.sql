-- One row per community, channel and organisation of the newest twelve complete months, by the mail domains that commits and mail carry themselves. Never part of the ranking. Organisations of fewer than five people are one row; where that row would have one or two people, the smallest other organisation joins it, and if there is none, nothing is published.
--   community: slug of the community
--   channel: code or talk
--   organisation: registrable domain, `unknown` (free mail, forges and unreadable addresses), or `fewer than five people each`
--   people: distinct people of it in the twelve months
--   events: their commits or messages
--   share: share of the published events of the channel, 0 to 1
with placed as (
    select community, channel, organisation, person_key, sum(events) as events
    from analysis.affiliations cross join raw.build
    where month between last_complete_month - interval 11 months and last_complete_month group by all
), sized as (
    select community, channel, organisation, count(distinct person_key) as people,
        count(distinct person_key) < if(organisation = 'unknown', 3, 5) as is_small
    from placed group by community, channel, organisation
), judged as (
    select *, not is_small
        and row_number() over (partition by community, channel, is_small order by people, organisation) = 1 as is_next
    from sized
), rest as (
    select community, channel, count(distinct person_key) between 1 and 2 as is_too_small
    from placed join judged using (community, channel, organisation) where is_small group by community, channel
), named as (
    select community, channel, person_key, events,
        if(is_small or is_next and is_too_small, 'fewer than five people each', organisation) as organisation
    from placed join judged using (community, channel, organisation) left join rest using (community, channel)
), counted as (
    select community, channel, organisation, count(distinct person_key) as people, sum(events)::bigint as events
    from named group by all
)
select *, events / sum(events) over (partition by community, channel) as share
from counted where not is_few(people)
order by community, channel, events desc, organisation
