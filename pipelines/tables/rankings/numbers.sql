-- One row per community, weighed metric and month from the first one of anybody to the last complete one: the number that the month gives to the level, or none.
--   community: slug of the community
--   metric: name of the metric
--   month: first day of the month, UTC
--   number: the value of a covered month, divided by its coverage to the metric's exponent; else the published value; NULL where there is neither
--   low: the least that the number could be (metrics.bounds), or the published number where that is filled; NULL without bounds
--   high: the most that it could be
--   filled: the number is the published one
--   applicable: the metric is, so that the month could give a number; newcomers are not in the first 12 months of a community
--   lives: a source of the metric was alive in the month
--   living_since: first month up to this one in which a source of the metric was alive; NULL where there is none
--   active_in: last month up to this one whose number is above 0; NULL where there is none
with calendar as (
    select unnest(generate_series(least(first_ranking, coalesce(first_month, first_ranking)), last_complete_month, interval 1 month))::date as month
    from rankings.rules cross join raw.build cross join (select min(month) as first_month from metrics.monthly)
), judged as (
    select community, metric, month, value, low, high, covered, published, coverage_exponent,
        coalesce(state <> 'not_applicable', false) as applicable, coalesce(lives, false) as lives,
        coalesce(state in ('observed', 'partial') and value is not null and covered >= usable_coverage, false) as seen,
        not seen and applicable and published is not null as filled
    from raw.communities cross join rankings.method cross join calendar cross join rankings.rules
    left join metrics.monthly using (community, metric, month)
), numbers as (
    select community, metric, month, filled, applicable, lives,
        case when seen then value / covered ^ coverage_exponent when filled then published end as number,
        case when seen then low / covered ^ coverage_exponent when filled then published end as low,
        case when seen then high / covered ^ coverage_exponent when filled then published end as high
    from judged
)
select community, metric, month, number, low, high, filled, applicable, lives,
    min(month) filter (lives) over upto as living_since,
    max(month) filter (number > 0) over upto as active_in
from numbers
window upto as (partition by community, metric order by month)
order by community, metric, month
