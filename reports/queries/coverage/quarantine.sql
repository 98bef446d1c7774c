-- One row per list and reason: parts of its archive that are no message, their bytes, and of how many files.
select q.community, c.name, q.source, q.reason, count(*) as parts, sum(q.size)::bigint as bytes, count(distinct q.unit) as files
from core.quarantine q
left join raw.communities c using (community)
group by all
order by c.name, q.community, q.source, parts desc, q.reason
