-- One row per release before $until, and per release without a readable date.
select community, version, name as series, kind, released_at, dated_by, source, repository, tag
from core.releases where coalesce(released_at < $until, true)
order by community, released_at, version
