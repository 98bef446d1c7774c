-- One row per month before $until and list or forum of $community that lived in it: its share of the messages, counted once where each stood first. The key `all others` sums up those behind the six largest.
with living as (
    select s.source, s.month, s.first_here, s.state, s.month > b.last_complete_month as to_date,
           if(o.kind in ('discourse', 'askbot'), s.source || ' (forum)', s.source) as name
    from analysis.by_source s
    cross join raw.build b
    left join raw.sources o using (community, source)
    where s.community = $community and s.month < $until
), sizes as (
    select source, coalesce(sum(first_here), 0) as messages,
           row_number() over (order by coalesce(sum(first_here), 0) desc, source) as size
    from living group by source
), months as (
    select month, sum(first_here) as messages,
           case when count(first_here) = 0 then 'unseen' when bool_and(state = 'observed') then 'whole' else 'hatched' end as seen
    from living where state <> 'not_applicable' group by month
), shares as (
    select l.*, s.size, s.messages as source_messages, m.seen, 100 * l.first_here / nullif(m.messages, 0) as share
    from living l join sizes s using (source) join months m using (month)
    where l.state <> 'not_applicable'
)
select source as key, name, month, share as value, first_here as messages, state, to_date, seen, size,
       source_messages > 0 as has_messages, 'observed' as known, (select count(*) from sizes) as sources
from shares
union all
select 'all others', 'all others', month, nullif(sum(share), 0), sum(first_here)::bigint, null, null, any_value(seen), null,
       true, 'observed', any_value((select count(*) from sizes))
from shares where size > 6 group by month having bool_or(source_messages > 0)
order by size nulls last, month
