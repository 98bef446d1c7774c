-- One row per community, month up to the last complete one and list or forum that lived in it: its share of the messages, counted once where each stood first. The key `all others` sums up those behind the six largest.
with living as (
    select s.community, s.source, s.month, s.first_here, s.state,
           if(o.kind in ('discourse', 'askbot'), s.source || ' (forum)', s.source) as name
    from published.by_source s
    left join raw.sources o using (community, source)
    where s.month <= (select last_complete_month from raw.build) and o.shown_only is not true
), sizes as (
    select community, source, coalesce(sum(first_here), 0) as messages, count(*) over (partition by community) as sources,
           row_number() over (partition by community order by coalesce(sum(first_here), 0) desc, source) as size
    from living group by community, source
), months as (
    select community, month, sum(first_here) as messages,
           case when count(first_here) = 0 then 'unseen' when bool_and(state = 'observed') then 'whole' else 'hatched' end as seen
    from living where state <> 'not_applicable' group by community, month
), shares as (
    select l.*, s.size, s.sources, s.messages as source_messages, m.seen, 100 * l.first_here / nullif(m.messages, 0) as share
    from living l join sizes s using (community, source) join months m using (community, month)
    where l.state <> 'not_applicable'
)
select community, source as key, name, month, share as value, first_here as messages, state, seen, size,
       source_messages > 0 as has_messages, 'observed' as known, sources
from shares where sources > 1
union all
select community, 'all others', 'all others', month, nullif(sum(share), 0), sum(first_here)::bigint, null, any_value(seen), null,
       true, 'observed', any_value(sources)
from shares where size > 6 group by community, month having bool_or(source_messages > 0)
order by community, size nulls last, month
