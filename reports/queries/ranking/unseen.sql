-- One row per ranking that lacks a metric, or whose sources have all ended, community and source that was not seen in the months that end with $as_of: why, in the newest of them. Newcomers need two years more than the window.
with lacking as (
    select community, family, unnest(string_split(missing, ', ')) as lacks from rankings.monthly
    where as_of = $as_of and reason_code = 'not_observed' and missing is not null
), reasons as (
    select community, source, kind = 'git' as is_code, month, reason_code, seen_to from core.coverage join raw.sources using (community, source)
    where reason_code is not null and kind not in ('series_status', 'mailmap') and month <= $as_of
)
select l.family, l.community, r.source, arg_max(r.reason_code, r.month) as reason_code, arg_max(r.seen_to, r.month) as seen_to
from lacking l join reasons r on r.community = l.community and (l.lacks = 'people' or is_code = (l.lacks = 'code'))
    and r.month > $as_of - to_months(if(l.lacks = 'people', 36, 12))
group by l.family, l.community, r.source
union all
select m.family, m.community, s.source, 'ended', s.until
from rankings.monthly m join raw.sources s on s.community = m.community and s.kind not in ('series_status', 'mailmap') and not s.counts_only
    and (m.family in ('people', 'overall') or (s.kind = 'git') = (m.family = 'code'))
where m.as_of = $as_of and m.reason_code = 'sources_ended' and s.until <= last_day($as_of)
order by 1, 2, 5 desc nulls last, 3
