-- One row per history that was recorded in one day before $until, with the commits of its month.
select i.community, i.repository, i.day, i.commits, m.value as commits_of_month, i.authored_from, i.authored_to
from core.imports i
left join metrics.monthly m on (m.community, m.month, m.metric) = (i.community, i.month, 'commits')
where i.day < $until
order by i.day, i.community, i.repository
