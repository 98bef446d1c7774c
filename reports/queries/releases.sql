-- One row per release before $until, and per release without a readable date; month is NULL where the date is not plausible.
select r.community, c.name, r.version, r.name as series, r.kind, r.released_at, r.month, r.dated_by,
       r.source, r.repository, r.tag
from core.releases r
left join raw.communities c using (community)
where coalesce(r.released_at < $until, true)
order by r.community, r.released_at, r.version
