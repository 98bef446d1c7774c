-- Every monthly number of $community before $until, with what is counted, how it is known, and what an import added to it; NULL, never 0, where the month was not seen.
with imported as (
    select community, month, sum(commits)::bigint as commits, sum(only_people)::bigint as code_people,
           list(day order by day, repository) as days
    from core.imports where day < $until group by all
), numbers as (
    select m.metric as key, m.community, c.name as community_name, m.metric, m.month, m.value, m.state, m.known_since, i.days as import_days,
           m.month > b.last_complete_month as to_date,
           case when m.state in ('observed', 'partial')
                then case m.metric when 'commits' then i.commits when 'code_people' then i.code_people end end as added
    from metrics.monthly m
    cross join raw.build b
    left join raw.communities c using (community)
    left join imported i using (community, month)
    where m.month < $until and m.community = $community
)
select n.*, d.family, d.unit, d.kind, d.definition, value - coalesce(added, 0) as drawn,
       case when to_date and state <> 'published' then 'to date'
            when state = 'partial' and metric = 'registered' then 'restated'
            when state in ('partial', 'published') then state
            else 'observed' end as known
from numbers n join metrics.definitions d using (metric)
order by d.family, metric, month
