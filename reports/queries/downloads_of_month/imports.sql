-- One row per history that was recorded in one day before $until, with what counts of it.
select community, repository, day, commits, moved, not_counted, people, authored_from, authored_to
from published.imports
where day < $until
order by day, community, repository
