-- One row per history of a community that was recorded in one day, with what counts of it.
select community, repository, day, month, commits, moved, not_counted, people, authored_from, authored_to
from published.imports
order by community, day, repository
