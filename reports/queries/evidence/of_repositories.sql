-- What a reader asks about the repositories of one month: the numbers of the page of $community in $month.
select repository, count(*) filter (counted) as commits, count(distinct author_key) filter (counted) as people,
       count(*) filter (not counted) as uncounted
from core.commits
where community = $community and month = $month
group by repository order by commits desc, repository
