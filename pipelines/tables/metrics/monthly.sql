-- One row per community, metric and month: the value, or why there is none. Key: community, metric, month. Join metrics.definitions by metric.
--   community: slug of the community
--   metric: name of the metric, see metrics.definitions
--   month: first day of the month, UTC
--   value: what was counted or measured, in the metric's unit; NULL where nothing could be seen, never 0 for that
--   state: observed, partial (the value is of what was seen, or of a past of which not all is known), published (nothing was seen; the value is that of raw.history), undefined (seen, and the measure has no value there), unobserved, not_applicable
--   complete: the month was over long enough to be ranked, as in core.months; of another month the value grows
--   lives: a source of the metric's family was alive in the month, see core.channels; so also in months in which newcomers are not applicable
--   covered: share of the month's traffic that was seen, 0 to 1, see core.channels; of a number that depends on the past the least of its months, see core.pasts; NULL where not applicable, or not known
--   known_since: first of the months, without a break up to this one, that are known; NULL for a number that depends on no earlier month, and where this month is not known
--   low: the least that a count of people could be, see metrics.bounds; NULL where the metric has no bounds or nothing was seen
--   high: the most that it could be
--   unit: what the value counts or measures, as in metrics.definitions
--   published: what raw.history says of the same month by the same definition, measured earlier; NULL where it says nothing
with measured as (
    select community, metric, month, max(value) as published, true as known
    from raw.history join metrics.definitions using (metric, definition)
    where quality = 'measured' and month is not null group by all
), states as (
    select c.community, metric, kind, c.month, if(d.past = 'none', c.state, p.state) as state,
        if(d.past = 'none', c.covered, p.covered) as covered, known_since, c.state <> 'not_applicable' as lives, complete, unit
    from core.channels as c join metrics.definitions as d using (family)
    left join core.pasts as p on (p.community, p.family, p.past, p.month) = (c.community, c.family, d.past, c.month)
    join core.months as calendar on (calendar.community, calendar.month) = (c.community, c.month)
)
select community, metric, month,
    case
        when state in ('observed', 'partial') then if(kind = 'count', coalesce(value, 0), value)::double
        when state = 'unobserved' then published
    end as value,
    case
        when state in ('observed', 'partial') and kind <> 'count' and value is null then 'undefined'
        when state = 'unobserved' and known then 'published'
        else state
    end as state,
    complete, lives, covered, known_since,
    case when state in ('observed', 'partial') then coalesce(low, if(kind = 'count', coalesce(value, 0), null)) end as low,
    case when state in ('observed', 'partial') then coalesce(high, if(kind = 'count', coalesce(value, 0), null)) end as high,
    unit, published
from states
left join metrics.counts using (community, metric, month)
left join metrics.bounds using (community, metric, month)
left join measured using (community, metric, month)
order by community, metric, month
