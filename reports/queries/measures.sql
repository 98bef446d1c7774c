-- One row per measure: what a dated count counts, in the order of measures.toml.
select measure, kind, told_by, unit, definition, comparable
from raw.measures
order by rowid
