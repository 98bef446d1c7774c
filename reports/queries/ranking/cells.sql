-- One row per cell of a ranking's table: the level of a metric with the least and the most that it could be, overall the index of a family.
with judged as (
    select *, state in ('observed', 'partial') and covered >= $usable_coverage as seen,
        not seen and published is not null and state <> 'not_applicable' as filled
    from metrics.monthly join metrics.definitions using (metric)
    where unit in ('people', 'people so far') and month <= $as_of and month > $as_of - to_months($window_months)
), bounds as (
    select community, metric,
        sum(if(seen, low, published)) filter (seen or filled) / sum(if(seen, covered, 1)) filter (seen or filled) as low,
        sum(if(seen, high, published)) filter (seen or filled) / sum(if(seen, covered, 1)) filter (seen or filled) as high
    from judged group by all
)
select family, community, metric as part, level as value, low, high
from rankings.components left join bounds using (community, metric)
where as_of = $as_of and family <> 'overall'
union all
select 'overall', community, family, "index", null, null
from rankings.monthly
where as_of = $as_of and family <> 'overall'
