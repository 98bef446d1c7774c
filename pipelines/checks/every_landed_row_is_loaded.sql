with rows as (
    select community, source, unit from raw.commits
    union all
    select community, source, unit from raw.series
    union all
    select community, source, unit from raw.messages
    union all
    select community, source, unit from raw.totals
    union all
    select community, source, unit from raw.counts
    union all
    select community, source, unit from raw.aliases
), loaded as (
    select community, source, unit, count(*) as loaded from rows group by all
)
select community, source, unit, observations as landed, loaded
from raw.units left join loaded using (community, source, unit)
where landed <> coalesce(loaded, 0)
