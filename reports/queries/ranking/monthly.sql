-- Every monthly number of $metrics before $until, how it is known, and which imports were recorded in it; NULL, never 0, where the month was not seen.
with imported as (
    select community, month, sum(commits)::bigint as commits, sum(not_counted)::bigint as not_counted,
           list(distinct day order by day) as days
    from core.imports where day < $until group by all
), numbers as (
    select m.community as key, c.name, m.community, c.name as community_name, m.metric, m.month, m.value, m.state, m.known_since,
           m.month > b.last_complete_month as to_date,
           i.commits as import_commits, i.not_counted as import_not_counted, i.days as import_days
    from metrics.monthly m
    cross join raw.build b
    left join raw.communities c using (community)
    left join imported i on (i.community, i.month) = (m.community, m.month)
        and m.metric in ('commits', 'code_people') and m.state in ('observed', 'partial')
    where m.month < $until and list_contains($metrics, m.metric)
)
select *,
       case when to_date and state <> 'published' then 'to date'
            when state = 'partial' and metric = 'registered' then 'restated'
            when state in ('partial', 'published') then state
            else 'observed' end as known
from numbers
order by metric, month, key
