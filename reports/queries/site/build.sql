-- The one build behind this database: when, for which months, by which method, what it shows, its first ranking, and how much was visited.
select built_at, today, last_complete_month, method_version, method_sha256, inputs_sha256, shows,
       coalesce(contains(lower(shows), 'invented'), false) as is_invented,
       (select min(as_of) from rankings.monthly where state <> 'no source') as first_ranking,
       (select count(distinct (community, source, page)) from raw.visits) as visited_units,
       (select count(distinct (community, source)) from raw.visits) as visited_sources
from raw.build
