-- One row per history that was recorded in one day before $until, with the count of its month in which it stands.
select i.community, c.name, i.repository, i.day, i.month, i.commits, i.only_people, i.authored_from, i.authored_to,
       m.value as commits_of_month, m.state
from core.imports i
left join raw.communities c using (community)
left join metrics.monthly m on (m.community, m.month, m.metric) = (i.community, i.month, 'commits')
where i.day < $until
order by i.day, i.community, i.repository
