-- One row per release with a readable date, the oldest first; of one day the lowest version first.
select community, version, name as series, released_at, dated_by
from core.releases
where released_at is not null
order by community, released_at, list_transform(regexp_extract_all(version, '[0-9]+'), lambda part: try_cast(part as hugeint)), version
