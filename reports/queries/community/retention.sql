-- Of the people of $community who were first seen in one of the newest eight years, the share that was seen in each of them; NULL where the year was not seen.
with ranked as (
    select cohort, year, people, active, state, dense_rank() over (order by year desc) as age, dense_rank() over (order by cohort desc) as cohort_age
    from analysis.retention where community = $community and make_date(year, 1, 1) <= $as_of
), years as (select distinct year from ranked where age <= 8),
cohorts as (select distinct cohort, any_value(people) as people from ranked where cohort_age <= 8 group by cohort)
select c.cohort, c.people, y.year, r.state, r.active / r.people as share
from cohorts c cross join years y
left join ranked r using (cohort, year)
order by c.cohort, y.year
