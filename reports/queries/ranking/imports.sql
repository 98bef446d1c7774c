-- One row per history that was recorded in one day of the window that ends with $as_of, with what counts of it.
select community, repository, day, month, commits, not_counted, authored_from, authored_to
from core.imports
where month between $as_of - interval 11 months and $as_of and day < $until
order by day, community, repository
