-- One row per community, yearly cohort and year from then on: analysis.retention as it may be published.
--   community: slug of the community
--   cohort: year in which they were first seen anywhere
--   year: that year or a later one; the last one may be under way
--   people: people of the cohort; NULL where one or two
--   active: those of them who were seen in the year; NULL where nothing of it was seen, and where they or the cohort are one or two
--   state: observed, partial, unobserved, not_applicable as in analysis.retention, or suppressed (they or the cohort are one or two)
--   known_since: first of the months, without a break up to the end of the cohort's year, that are known; NULL where that end is not
select community, cohort, year, if(is_few(people), null, people) as people,
    if(suppressed, null, active) as active, if(suppressed, 'suppressed', state) as state, known_since
from (select *, coalesce(is_few(people) or is_few(active), false) as suppressed from analysis.retention)
order by community, cohort, year
