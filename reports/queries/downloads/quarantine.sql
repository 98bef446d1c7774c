-- One row per list and reason: parts of its archive that are no message, their bytes, and of how many files.
select community, source, reason, count(*) as parts, sum(size)::bigint as bytes, count(distinct unit) as files
from core.quarantine
group by all
order by community, source, parts desc, reason
