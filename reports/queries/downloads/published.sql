-- Every figure that was published by others, or measured earlier by us, with where it stands.
select community, metric, period, value, quality, definition, source, file
from raw.history
order by community, metric, period, source, definition
