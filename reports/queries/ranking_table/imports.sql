-- One row per history that was recorded in one day, with what counts of it.
select community, repository, day, month, commits, not_counted, authored_from, authored_to
from published.imports
order by day, community, repository
