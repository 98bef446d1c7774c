-- One row per metric, with its definition.
select metric, family, unit, definition
from metrics.definitions
order by family, metric
