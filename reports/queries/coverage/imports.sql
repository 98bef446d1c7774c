-- One row per history that was recorded in one day: the newest first.
select i.community, c.name, i.repository, i.day, i.commits, i.not_counted, i.authored_from, i.authored_to
from published.imports i
left join raw.communities c using (community)
order by i.day desc, c.name, i.repository
