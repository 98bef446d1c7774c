-- One row per release before $until that is the first of its line and has a plausible date.
select r.community, c.name, r.version, r.name as series, r.released_at, r.month
from core.releases r
left join raw.communities c using (community)
where r.kind = 'feature' and r.month is not null and coalesce(r.released_at < $until, true)
order by r.community, r.released_at, r.version
