-- Which histories did one person record in one day?
select community, repository, day, commits, moved, authored_from, authored_to
from core.imports order by commits desc limit 3
