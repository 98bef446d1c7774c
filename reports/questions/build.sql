-- The one build behind this database: when, for which months, by which method, and what it shows.
select built_at, today, last_complete_month, method_version, method_sha256, inputs_sha256, shows
from raw.build
