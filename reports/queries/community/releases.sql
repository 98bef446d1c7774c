-- One row per release of a community, and per release without a readable date, the newest first.
select r.community, c.name, r.version, r.name as series, r.kind, r.released_at, r.month, r.dated_by, r.source, r.repository, r.tag
from core.releases r
left join raw.communities c using (community)
where coalesce(r.released_at <= (select today from raw.build), true)
order by r.community, r.released_at desc nulls first, r.version desc
