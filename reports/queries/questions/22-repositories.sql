-- Which repositories had the most commits in the last twelve months?
select community, repository, sum(commits)::int as commits
from published.by_repository join raw.build on month > last_complete_month - interval 12 month and month <= last_complete_month
group by all order by commits desc limit 5
