-- One row per community, yearly cohort and year: how many of the people who were first seen in the one were seen in the other.
--   community: slug of the community
--   cohort: year in which they were first seen anywhere
--   year: a year from then on; the last one may be under way
--   people: people of the cohort
--   active: those of them who were seen in the year
with seen as (
    select distinct community, person_key, year(month) as year from core.activity
), first as (
    select community, person_key, min(year) as cohort from seen group by all
), sizes as (
    select community, cohort, count(*) as people from first group by all
)
select community, cohort, year, people, count(*) as active
from seen join first using (community, person_key) join sizes using (community, cohort)
group by all
order by community, cohort, year
