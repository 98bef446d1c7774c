-- How many people write the commits of a repository in a usual month?
select community, repository, quantile_disc(if(suppressed, 2, people), .5) as people, count(*) as months,
    count(*) filter (suppressed) as suppressed
from published.by_repository join raw.build on month > last_complete_month - interval 12 month and month <= last_complete_month
group by all order by people desc, repository limit 5
