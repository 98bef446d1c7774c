-- One row per community, weighed metric and month: the number that the month gives to the level, or none.
--   community: slug of the community
--   metric: name of the metric
--   month: first day of the month, UTC
--   number: the value of a covered month, divided by its coverage to the metric's exponent; else the published value; NULL where there is neither
--   low: the least that the number could be (metrics.bounds), or the published number where that is filled; NULL without bounds
--   high: the most that it could be
--   filled: the number is the published one
--   lives: a source of the metric was alive in the month
--   living_since: first month up to this one in which a source of the metric was alive; NULL where there is none
--   active_in: last month up to this one whose number is above 0; NULL where there is none
with judged as (
    select community, metric, month, value, low, high, covered, published, coverage_exponent,
        state <> 'not_applicable' as lives,
        state in ('observed', 'partial') and value is not null and coalesce(covered >= usable_coverage, false) as seen,
        not seen and lives and published is not null as filled
    from metrics.monthly join rankings.method using (metric) cross join rankings.rules
), numbers as (
    select community, metric, month, filled, lives,
        case when seen then value / covered ^ coverage_exponent when filled then published end as number,
        case when seen then low / covered ^ coverage_exponent when filled then published end as low,
        case when seen then high / covered ^ coverage_exponent when filled then published end as high
    from judged
)
select community, metric, month, number, low, high, filled, lives,
    min(month) filter (lives) over upto as living_since,
    max(month) filter (number > 0) over upto as active_in
from numbers
window upto as (partition by community, metric order by month)
order by community, metric, month
