-- At which hours of the day, UTC, are commits recorded? Merges are excluded.
select hour(committed_at) as hour, count(*) as commits
from core.commits where community = 'cloudstack' and parents < 2 group by hour order by commits desc, hour limit 3
