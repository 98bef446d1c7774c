-- One row per community, yearly cohort and year from then on: analysis.retention as it may be published. The people of a year are known, so the smallest other cohorts are withheld beside one of one or two people.
--   community: slug of the community
--   cohort: year in which they were first seen anywhere
--   year: that year or a later one; the last one may be under way
--   people: people of the cohort; NULL where one or two, or where those of its first year are withheld
--   active: those of them who were seen in the year; NULL where nothing of it was seen, and where suppressed or withheld
--   state: observed, partial, unobserved, not_applicable as in analysis.retention; suppressed (they or the cohort are one or two); withheld (they would give others away)
--   known_since: first of the months, without a break up to the end of the cohort's year, that are known; NULL where that end is not
with judged as (
    select *, coalesce(is_few(people) or is_few(active), false) as is_small,
        exists (
            from published.overlap as o where o.community = r.community and o.month = make_date(r.year, 12, 1) and o.state = 'suppressed'
        ) as tells_overlap
    from analysis.retention as r
), added_up as (
    select *, bool_or(is_small or tells_overlap) over (partition by community, year) as must_hide,
        coalesce(sum(active) over (
            partition by community, year order by cohort = year, active nulls last, cohort rows between unbounded preceding and 1 preceding
        ), 0) as smaller
    from judged
), hidden as (
    select *, not is_small and must_hide and coalesce(active > 0 and (smaller = 0 or is_few(smaller)), false) as is_withheld from added_up
)
select community, cohort, year,
    if(is_few(people) or bool_or(is_withheld and cohort = year) over (partition by community, cohort), null, people) as people,
    if(is_small or is_withheld, null, active) as active,
    case when is_small then 'suppressed' when is_withheld then 'withheld' else state end as state, known_since
from hidden
order by community, cohort, year
