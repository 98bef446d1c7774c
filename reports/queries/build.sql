-- The one build behind this database: when, for which months, by which method, what it shows, and its first ranking.
select built_at, today, last_complete_month, method_version, method_sha256, inputs_sha256, shows,
       (select min(as_of) from rankings.monthly where state <> 'no source') as first_ranking
from raw.build
