-- One row per community, yearly cohort and year from then on: how many of the people who were first seen in the one were seen in the other.
--   community: slug of the community
--   cohort: year in which they were first seen anywhere
--   year: that year or a later one; the last one may be under way
--   people: people of the cohort
--   active: those of them who were seen in the year; NULL where nothing of it was seen, never 0 for that
--   state: observed (every month that is over was, up to the end of the cohort's year and in the year), partial, unobserved (nothing of the year was), not_applicable (no code and no talk lives in the year)
--   known_since: first of the months, without a break up to the end of the cohort's year, that are known; NULL where that end is not
with seen as (
    select distinct community, person_key, year(month) as year from core.activity
), first as (
    select community, person_key, min(year) as cohort from seen group by all
), sizes as (
    select community, cohort, count(*) as people from first group by all
), counted as (
    select community, cohort, year, count(*) as active from seen join first using (community, person_key) group by all
), years as (
    select community, year(month) as year, bool_or(state in ('observed', 'partial')) as was_seen,
        bool_or(state <> 'not_applicable') as lives,
        bool_and(state = 'observed') filter (complete and state <> 'not_applicable') as whole,
        arg_max(known_since, month) filter (complete) as known_since
    from core.months join core.channels using (community, month)
    join (select community, month, known_since from core.pasts where family = 'people' and past = 'ever') using (community, month)
    where family = 'people' group by all
), known as (
    select *, bool_and(coalesce(whole, true)) over (partition by community order by year) as known_from_the_start from years
), judged as (
    select sizes.community, sizes.cohort, years.year, people, active, past.known_since,
        case
            when not years.lives then 'not_applicable'
            when not years.was_seen then 'unobserved'
            when past.known_from_the_start and coalesce(years.whole, false) then 'observed'
            else 'partial'
        end as state
    from sizes join known as years on years.community = sizes.community
    join known as past on (past.community, past.year) = (sizes.community, sizes.cohort)
    left join counted on (counted.community, counted.cohort, counted.year) = (sizes.community, sizes.cohort, years.year)
    where years.year >= sizes.cohort
)
select community, cohort, year, people, if(state in ('observed', 'partial'), coalesce(active, 0), null) as active, state, known_since
from judged
order by community, cohort, year
