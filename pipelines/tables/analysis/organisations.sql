-- One row per community, channel, month and organisation, by the mail domains that commits and mail carry themselves. Never part of the ranking. Organisations of fewer than five people ever are one row, `fewer than five people`; free mail, forges and unreadable addresses are `unknown`.
--   community: slug of the community
--   channel: code or talk
--   month: first day of the month, UTC
--   organisation: registrable domain, or one of the two above
--   people: distinct people of it in the month
--   events: their commits or messages in the month
--   people_so_far: distinct people of it up to the end of the month
--   events_so_far: their commits or messages up to then
--   share: share of the month's events, 0 to 1
with numbered as materialized (
    select community, channel, month, organisation, hash(person_key) as person, events from analysis.affiliations
), large as (
    select community, organisation from numbered group by all having count(distinct person) >= 5
), named as materialized (
    select community, channel, month, person,
        if(large.organisation is not null or organisation = 'unknown', organisation, 'fewer than five people') as organisation,
        sum(events) as events
    from numbered left join large using (community, organisation) group by all
), arrived as (
    select community, channel, organisation, first as month, count(*) as newcomers
    from (select community, channel, organisation, person, min(month) as first from named group by all) group by all
), seen as (
    select community, channel, month, organisation, count(*) as people, sum(events)::bigint as events from named group by all
), monthly as (
    select * replace (coalesce(newcomers, 0) as newcomers)
    from seen left join arrived using (community, channel, month, organisation)
)
select community, channel, month, organisation, people, events,
    sum(newcomers) over so_far::bigint as people_so_far, sum(events) over so_far::bigint as events_so_far,
    events / sum(events) over (partition by community, channel, month) as share
from monthly
window so_far as (partition by community, channel, organisation order by month)
order by community, channel, month, organisation
