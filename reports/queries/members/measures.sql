-- One row per measure, in the order of measures.toml, and whether anything was counted.
select measure, kind, unit, definition, comparable, measure in (select measure from core.counts) as counted
from raw.measures
order by rowid
