-- One row per community, month and repository: its commits and their authors as they count in the month, and how many commits do not count.
select community, month, source, repository, commits, people, uncounted, suppressed
from published.by_repository
order by community, month, commits desc, repository
