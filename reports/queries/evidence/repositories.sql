-- One row per community, month and repository: its commits and their authors as they count in the month (NULL where one or two), and how many commits do not count.
select community, month, source, repository, count(*) filter (counted) as commits,
       nullif(nullif(count(distinct author_key) filter (counted), 1), 2) as people, count(*) filter (not counted) as uncounted
from core.commits
where month is not null
group by all
order by community, month, commits desc, repository
