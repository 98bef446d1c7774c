-- One row per community, family of sources and year: the share of its living months that was seen, by repositories and lists, and what the year is. The running month is left out.
with months as (
    select community, if(kind = 'git', 'code', 'talk') as family, year(month) as year, state, covered, units
    from core.coverage join raw.sources using (community, source) cross join raw.build
    where kind not in ('series_status', 'mailmap') and not counts_only and month <= last_complete_month
), years as (
    select community, family, year,
           sum(covered * units) filter (state not in ('not_started', 'ended')) as seen,
           sum(units) filter (state not in ('not_started', 'ended')) as living,
           bool_or(state = 'ended') as has_ended, bool_or(state = 'pending') as is_loading
    from months group by all
)
select y.community, c.name, c.marker, y.family, y.year, coalesce(y.seen / nullif(y.living, 0), 0) as share,
       case when living is null then if(has_ended, 'ended', 'not_started')
            when seen = living then 'seen'
            when seen > 0 then 'partial'
            else if(is_loading, 'pending', 'gap') end as state
from years y
join raw.communities c using (community)
order by c.name, y.community, y.family, y.year
