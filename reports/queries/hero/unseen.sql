-- One row per community, source of code and month up to $as_of that was not seen whole: why, and since when.
select community, source, month, reason_code, seen_to
from core.coverage join raw.sources using (community, source)
where kind = 'git' and reason_code is not null and month <= $as_of
order by community, month, source
