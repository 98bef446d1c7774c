-- One row per community, metric and run of months up to the last complete one that could not be seen: why, by the reason of the most sources.
with reasons as (
    select community, if(s.kind = 'git', 'code', 'talk') as family, month, reason_code, count(*) as sources, max(seen_to) as seen_to
    from core.coverage join raw.sources s using (community, source)
    where reason_code is not null and s.kind not in ('series_status', 'mailmap') and not s.counts_only
    group by all
), missing as (
    select m.community, m.metric, d.family, m.month,
           row_number() over (partition by m.community, m.metric order by m.month) - date_diff('month', date '1970-01-01', m.month) as run
    from metrics.monthly m join metrics.definitions d using (metric)
    where m.state = 'unobserved' and m.month <= (select last_complete_month from raw.build)
      and (m.metric = 'releases' or m.metric in (select metric from rankings.method))
), explained as (
    select m.community, m.metric, m.run, r.reason_code, sum(r.sources) as sources, max(r.seen_to) as seen_to
    from missing m join reasons r on r.community = m.community and r.month = m.month
        and (r.family = m.family or m.family = 'people' or m.family = 'releases' and r.family = 'code')
    group by all
    union all
    -- The code of these months was seen, so that only tags are missing: those made after the newest one of a frozen copy.
    select community, metric, run, 'tags_end', count(*), (min(month) - interval 1 month)::date
    from missing m anti join (from reasons where family = 'code') r using (community, month)
    where metric = 'releases' group by community, metric, run
), whys as (
    select community, metric, run, arg_max(reason_code, (sources, reason_code)) as reason_code,
           arg_max(seen_to, (sources, reason_code)) as seen_to
    from explained group by all
), runs as (
    select community, metric, run, min(month) as first, max(month) as last from missing group by all
)
select runs.community, runs.metric, runs.first, runs.last, whys.reason_code, whys.seen_to
from runs left join whys on (whys.community, whys.metric, whys.run) = (runs.community, runs.metric, runs.run)
order by runs.community, runs.metric, runs.first
