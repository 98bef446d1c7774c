-- Of the people of a community who were first seen in one of the newest eight years, the share that was seen in each of them; NULL where the year was not seen.
with ranked as (
    select community, cohort, year, people, active, state, dense_rank() over (partition by community order by year desc) as age,
           dense_rank() over (partition by community order by cohort desc) as cohort_age
    from published.retention where make_date(year, 1, 1) <= (select last_complete_month from raw.build)
), years as (
    select distinct community, year from ranked where age <= 8
), cohorts as (
    select community, cohort, any_value(people) as people, any_value(state) filter (year = cohort) as first_state
    from ranked where cohort_age <= 8 group by all
)
select c.community, c.cohort, c.people, c.first_state, y.year, r.state, r.active / r.people as share
from cohorts c join years y using (community)
left join ranked r using (community, cohort, year)
order by c.community, c.cohort, y.year
