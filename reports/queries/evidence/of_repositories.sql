-- What a reader asks about the repositories of one month: the numbers of the page of $community in $month.
select repository, commits, people, uncounted
from published.by_repository
where community = $community and month = $month
order by commits desc, repository
