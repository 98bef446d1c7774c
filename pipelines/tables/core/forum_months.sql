-- One row per month of a forum: up to when we have seen it. Ids grow with time, so a block that was not seen hides what was written between the blocks beside it that were.
--   community: slug of the community
--   source: name of the forum
--   month: first day of the month
--   asked: every block that can hold posts of it was visited at least once
--   seen_until: everything in it before this moment was seen, UTC; NULL if its beginning was not
--   failed_at: the last visit to such a block, not seen, that brought nothing good, UTC; NULL if there was none
with beside as (
    select community, source, block, seen, asked, failed_at, seen_until,
        coalesce(if(seen_until is null, null, last_at), last_value(if(seen, last_at, null) ignore nulls) over (forum
            rows between unbounded preceding and 1 preceding)) as from_at,
        first_value(if(seen, first_at, null) ignore nulls) over (forum rows between 1 following and unbounded following) as to_at
    from core.forum_blocks window forum as (partition by community, source order by block)
), hidden as (
    select community, source, asked, failed_at, if(from_at > to_at, to_at, from_at) as from_at, if(from_at > to_at, from_at, to_at) as to_at
    from beside where not seen
    union all
    select community, source, i.asked, i.failed_at, coalesce(newest.seen_until, empty_at), null
    from core.unit_horizons as i join raw.sources using (community, source)
    left join (from beside where seen qualify row_number() over (partition by community, source order by block desc) = 1) as newest
        using (community, source)
    left join (select community, source, max(seen_at) as empty_at from raw.visits where unit = 'index' and verdict = 'empty' group by all)
        using (community, source)
    where kind = 'discourse' and i.unit = 'index'
)
select s.community, s.source, m.month, coalesce(bool_and(h.asked), true) as asked,
    case
        when count(h.source) = 0 then m.next_month::timestamp
        when min(coalesce(h.from_at, m.month)) > m.month then min(h.from_at)
    end as seen_until,
    max(h.failed_at) as failed_at
from raw.sources as s
join core.months as m using (community)
left join hidden as h on (h.community, h.source) = (s.community, s.source)
    and coalesce(h.from_at < m.next_month, true) and coalesce(h.to_at > m.month, true)
where s.kind = 'discourse'
group by s.community, s.source, m.month, m.next_month
order by s.community, s.source, m.month
