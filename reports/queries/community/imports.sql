-- One row per history of $community that was recorded in one day before $until, with what counts of it.
select repository, day, commits, moved, not_counted, authored_from, authored_to
from core.imports
where community = $community and day < $until
order by day, repository
