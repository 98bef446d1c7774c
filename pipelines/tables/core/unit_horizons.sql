-- One row per unit that a source has, with the moment up to which it was seen.
--   community: slug of the community
--   source: name of the source
--   unit: repository as owner/name, or a page of counts, without the days on which it was asked
--   dated: what it states are counts of single days, so it has no months that could be seen
--   asked: it was visited at least once
--   seen_until: everything before this moment was seen, UTC: the last good visit, or for a frozen copy its newest commit, series or message; for a captured month the moment of its capture, a packed file's a day before; NULL if nothing was ever seen
--   failed_at: the last visit that brought nothing good, UTC; NULL if there was none
--   visited_at: the last visit, UTC; NULL if there was none
with declared as (
    select community, source, unit, bool_or(dated) as dated from (
        select community, source, unit, false as dated from raw.declared_units
        union all
        select community, source, page, page <> unit from raw.visits where page <> ''
    ) group by all
), newest as (
    select community, source, unit, newest_at from core.unit_rows where newest_at is not null
    union all
    select community, source, unit, max(initial_release)
    from raw.series where initial_release <= seen_at and status not in ('future', 'development') group by all
), noted as (
    select community, source, page as unit,
        max(seen_at) filter (verdict in ('ok', 'unchanged', 'empty') and retired is null) as well_at,
        max(seen_at) filter (verdict not in ('ok', 'unchanged', 'empty')) as failed_at,
        max(seen_at) as visited_at,
        max(try_strptime(regexp_extract(url, '/web/(\d{14})id_/', 1), '%Y%m%d%H%M%S')
            - if(ends_with(url, '.gz'), interval 1 day, interval 0 day))
            filter (verdict in ('ok', 'unchanged', 'empty') and retired is null) as captured_until,
        coalesce(arg_max(if(verdict = 'empty', 0, coalesce(observations, 1)), seen_at) filter (verdict in ('ok', 'empty')), 1) > 0
            and any_value(held) is null as lost
    from raw.visits left join (select distinct community, source, page, true as held from raw.units) using (community, source, page)
    left join (select key_id as retired from raw.rotated_keys) on key_id = retired group by all
), visits as (
    -- A harvest that is not there any more proves nothing, however well its visit went.
    select community, source, unit, if(lost, null, well_at) as good_at, if(lost, greatest(failed_at, well_at), failed_at) as failed_at,
        visited_at, if(lost, null, captured_until) as captured_until
    from noted
)
select community, source, unit, dated or counts_only as dated,
    visits.unit is not null as asked,
    case
        when snapshot or kind in ('mbox', 'askbot', 'mod_mbox') then newest_at
        when kind = 'archiveorg' then captured_until
        else good_at
    end as seen_until,
    failed_at, visited_at
from declared
join raw.sources using (community, source)
left join visits using (community, source, unit)
left join newest using (community, source, unit)
order by community, source, unit
