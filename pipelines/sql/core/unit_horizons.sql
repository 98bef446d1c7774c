-- One row per unit that a source has, with the moment up to which it was seen.
--   community: slug of the community
--   source: name of the source
--   unit: repository as owner/name
--   asked: it was visited at least once
--   seen_until: everything before this moment was seen, UTC: the last good visit, or for a frozen copy its newest commit, series or message; NULL if nothing was ever seen
--   failed_at: the last visit that brought nothing good, UTC; NULL if there was none
with declared as (
    select community, source, unit from raw.declared_units
    union
    select community, source, unit from raw.visits where unit <> ''
), newest as (
    select community, source, unit, max(committed_at) as newest_at
    from raw.commits where committed_at <= seen_at group by all
    union all
    select community, source, unit, max(initial_release)
    from raw.series where initial_release <= seen_at and status not in ('future', 'development') group by all
    union all
    select community, source, unit, max(sent_at) from raw.messages where sent_at <= seen_at group by all
), noted as (
    select community, source, unit,
        max(seen_at) filter (verdict in ('ok', 'unchanged', 'empty')) as well_at,
        max(seen_at) filter (verdict not in ('ok', 'unchanged', 'empty')) as failed_at,
        coalesce(arg_max(if(verdict = 'empty', 0, coalesce(observations, 1)), seen_at) filter (verdict in ('ok', 'empty')), 1) > 0
            and any_value(held) is null as lost
    from raw.visits left join (select distinct community, source, unit, true as held from raw.units) using (community, source, unit)
    group by all
), visits as (
    -- A harvest that is not there any more proves nothing, however well its visit went.
    select community, source, unit, if(lost, null, well_at) as good_at, if(lost, greatest(failed_at, well_at), failed_at) as failed_at
    from noted
)
select community, source, unit,
    visits.unit is not null as asked,
    if(snapshot or kind = 'mbox', newest_at, good_at) as seen_until,
    failed_at
from declared
join raw.sources using (community, source)
left join visits using (community, source, unit)
left join newest using (community, source, unit)
order by community, source, unit
