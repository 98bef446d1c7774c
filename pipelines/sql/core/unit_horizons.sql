-- One row per unit that a source has, with the moment up to which it was seen.
--   community: slug of the community
--   source: name of the source
--   unit: repository as owner/name, or a page of counts, without the days on which it was asked
--   dated: what it states are counts of single days, so it has no months that could be seen
--   asked: it was visited at least once
--   seen_until: everything before this moment was seen, UTC: the last good visit, or for a frozen copy its newest commit, series or message; NULL if nothing was ever seen
--   failed_at: the last visit that brought nothing good, UTC; NULL if there was none
with declared as (
    select community, source, unit, bool_or(dated) as dated from (
        select community, source, unit, false as dated from raw.declared_units
        union all
        select community, source, page, page <> unit from raw.visits where page <> ''
    ) group by all
), newest as (
    select community, source, unit, max(committed_at) as newest_at
    from raw.commits where committed_at <= seen_at group by all
    union all
    select community, source, unit, max(initial_release)
    from raw.series where initial_release <= seen_at and status not in ('future', 'development') group by all
    union all
    select community, source, unit, max(sent_at) from raw.messages where sent_at <= seen_at group by all
), visits as (
    select community, source, page as unit,
        max(seen_at) filter (verdict in ('ok', 'unchanged', 'empty') and retired is null) as good_at,
        max(seen_at) filter (verdict not in ('ok', 'unchanged', 'empty')) as failed_at
    from raw.visits left join (select key_id as retired from raw.retired_keys) on key_id = retired group by all
)
select community, source, unit, dated or counts_only as dated,
    coalesce(good_at, failed_at) is not null as asked,
    if(snapshot or kind = 'mbox', newest_at, good_at) as seen_until,
    failed_at
from declared
join raw.sources using (community, source)
left join visits using (community, source, unit)
left join newest using (community, source, unit)
order by community, source, unit
