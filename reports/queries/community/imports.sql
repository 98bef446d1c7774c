-- One row per history of $community that was recorded in one day before $until, with its share of the month's commits.
select i.repository, i.day, i.commits, i.authored_from, i.authored_to, m.value as commits_of_month,
       i.commits / nullif(m.value, 0) as share
from core.imports i
left join metrics.monthly m on (m.community, m.month, m.metric) = (i.community, i.month, 'commits')
where i.community = $community and i.day < $until
order by i.day, i.repository
