-- One row per month that has a ranking, ranking, community that lacks a metric there or whose sources have all ended, and reason: why sources were not seen, in the newest month of them. The reason of most sources stands first. Newcomers need two years more than the window.
with lacking as (
    select as_of, community, family, unnest(string_split(missing, ', ')) as lacks
    from rankings.monthly where reason_code = 'not_observed' and missing is not null
), reasons as (
    select community, source, kind = 'git' as is_code, month, reason_code, seen_to
    from core.coverage join raw.sources using (community, source)
    where reason_code is not null and kind not in ('series_status', 'mailmap')
), newest as (
    select l.as_of, l.family, l.community, r.source, arg_max(r.reason_code, r.month) as reason_code, arg_max(r.seen_to, r.month) as seen_to
    from lacking l join reasons r on r.community = l.community and (l.lacks = 'people' or is_code = (l.lacks = 'code'))
        and r.month <= l.as_of and r.month > l.as_of - to_months(if(l.lacks = 'people', 36, 12))
    group by l.as_of, l.family, l.community, r.source
    union all
    select m.as_of, m.family, m.community, s.source, 'ended', s.until
    from rankings.monthly m join raw.sources s on s.community = m.community and s.kind not in ('series_status', 'mailmap') and not s.counts_only
        and (m.family in ('people', 'overall') or (s.kind = 'git') = (m.family = 'code'))
    where m.reason_code = 'sources_ended' and s.until <= last_day(m.as_of)
)
select as_of, family, community, source, reason_code, seen_to
from newest
order by as_of, family, community, count(*) over (partition by as_of, family, community, reason_code, seen_to) desc, seen_to desc nulls last, source
