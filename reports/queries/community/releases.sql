-- One row per release of $community before $until, and per release without a readable date, the newest first.
select c.name, r.version, r.name as series, r.kind, r.released_at, r.month, r.dated_by, r.source, r.repository, r.tag
from core.releases r
left join raw.communities c using (community)
where r.community = $community and coalesce(r.released_at < $until, true)
order by r.released_at desc nulls first, r.version desc
