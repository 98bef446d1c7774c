-- One row per community and code or talk: how many repositories, lists and forums are read, and between which months all of them were seen whole.
with read as (
    select community, if(kind = 'git', 'code', 'talk') as family, sum(len(urls))::bigint as addresses, count(*) as sources
    from raw.sources
    where kind not in ('series_status', 'mailmap', 'unreadable') and not counts_only and copy_of is null
    group by all
), seen as (
    select community, family, min(month) filter (state = 'observed') as first, max(month) filter (state = 'observed') as last,
           count(*) filter (state = 'observed') as whole, count(*) filter (state in ('partial', 'unobserved')) as not_whole
    from core.channels
    where family in ('code', 'talk') and month <= (select last_complete_month from raw.build)
    group by all
)
select s.community, s.family, coalesce(r.addresses, 0) as addresses, coalesce(r.sources, 0) as sources, s.first, s.last, s.whole, s.not_whole
from seen s left join read r using (community, family)
order by s.community, s.family
