-- Which share of the commits of the last twelve months is that of bots?
select community, count(*) as commits, round(avg(is_bot::int), 3) as of_all,
    round(avg(is_bot::int) filter (parents < 2), 3) as of_non_merges
from core.commits join raw.build on month > last_complete_month - interval 12 month and month <= last_complete_month
group by community order by community
