-- One row per block of 1,000 post ids of a forum, up to the newest that was ever asked for: whether it was seen, and when its posts were written.
--   community: slug of the community
--   source: name of the forum
--   block: number of the block: 12 has the ids 12,000 to 12,999
--   asked: it was visited at least once
--   seen: all of its ids that existed at the last good visit to the newest block were seen
--   seen_until: the last good visit to it, UTC; NULL if there was none
--   failed_at: the last visit that brought nothing good, UTC; NULL if there was none
--   first_at: nine tenths of its posts that we hold are younger than this, UTC; a forum can have taken in a few much older ones
--   last_at: nine tenths are older than this, UTC
with visits as (
    select community, source, unit, try_cast(regexp_extract(unit, '^posts-(\d{6})$', 1) as bigint) as block,
        seen_until, failed_at, arg_max(checksum, seen_at) filter (verdict in ('ok', 'unchanged', 'empty')) as through
    from raw.visits join (select community, source, unit, seen_until, failed_at from core.unit_horizons) using (community, source, unit)
    where kind = 'discourse' group by all
), blocks as (
    select community, source, newest, unnest(generate_series(0, newest)) as block
    from (select community, source, max(block) as newest from visits group by all)
), written as (
    select community, source, unit, first_at, last_at from core.unit_rows
)
select community, source, block, unit is not null as asked,
    seen_until is not null and (block = newest or through = 'through ' || (block * 1000 + 999)) as seen,
    seen_until, failed_at, first_at, last_at
from blocks left join visits using (community, source, block) left join written using (community, source, unit)
order by community, source, block
