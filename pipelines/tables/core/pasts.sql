-- One row per community, family, past and month: whether the months are known that a number depends on. Months before the first source of a channel are empty, not missing.
--   community: slug of the community
--   family: code, talk or people (both)
--   past: newcomers (the month and the 24 before it), year (the month and the 11 before it) or ever (all months up to it)
--   month: first day of the month, UTC
--   state: observed (all these months were; of newcomers: code and talk, those that lived, were covered enough in each of them), partial, unobserved (the month itself), not_applicable (no source of the family lives; of newcomers also the first 12 months of the community)
--   covered: the least of the coverages of these months, 0 to 1; NULL where not applicable, or where that of a month is not known
--   known_since: first of the months, without a break up to this one, that are known; NULL where this one is not
with known as (
    select community, family, month, state, covered, state <> 'not_applicable' as lives,
        state in ('observed', 'not_applicable') as seen,
        state = 'not_applicable' or coalesce(covered >= usable_coverage, false) as enough,
        min(if(state = 'not_applicable', null, month)) over (partition by community) as born
    from core.channels cross join rankings.rules where family in ('code', 'talk', 'people')
), pasts as (
    select *, month - to_months(months) as first_month, if(past = 'newcomers', enough, seen) as is_known
    from known cross join (values ('newcomers', 24), ('year', 11), ('ever', 12000)) as pasts(past, months)
), counted as (
    select *, max(month) filter (not is_known) over upto as unknown_in, min(month) filter (lives) over upto as begun,
        min(if(lives, coalesce(covered, -1), null)) over
            (partition by community, family, past order by month range between to_months(months) preceding and current row) as least
    from pasts window upto as (partition by community, family, past order by month)
)
select community, family, past, month, answer as state,
    if(answer <> 'not_applicable' and least >= 0, least, null) as covered,
    if(answer <> 'not_applicable' and is_known, coalesce(unknown_in + interval 1 month, begun)::date, null) as known_since
from (
    select *, case
        when not lives or past = 'newcomers' and month < born + interval 12 months then 'not_applicable'
        when state = 'unobserved' then 'unobserved'
        when coalesce(unknown_in < first_month, true) then 'observed'
        else 'partial'
    end as answer from counted
)
order by community, family, past, month
