-- One row per history that was recorded in one day of the window that ends with $as_of, with its share of the month's commits.
select i.community, i.repository, i.day, i.month, i.commits, i.authored_from, i.authored_to,
       m.value as commits_of_month, i.commits / nullif(m.value, 0) as share
from core.imports i
left join metrics.monthly m on (m.community, m.month, m.metric) = (i.community, i.month, 'commits')
where i.month between $as_of - interval 11 months and $as_of and i.day < $until
order by i.day, i.community, i.repository
