with rows as (
    select community, source, unit from raw.series
    union all
    select community, source, unit from raw.totals
    union all
    select community, source, unit from raw.counts
), loaded as (
    select community, source, unit, count(*) as loaded from rows group by all
    union all
    select community, source, unit, loaded from core.unit_rows
)
select community, source, unit, observations as landed, loaded
from raw.units left join loaded using (community, source, unit)
where landed <> coalesce(loaded, 0)
