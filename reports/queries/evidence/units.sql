-- One row per repository that is held: where and when it was read, the checksum of all its refs, by which reader.
select community, source, unit, url, seen_at, checksum, reader, observations
from raw.units
where kind = 'git' and unit <> ''
order by community, source, unit
