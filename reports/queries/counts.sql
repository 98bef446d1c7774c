-- Every dated count, with what it counts, of whom, for which day, how it is known and where it stands.
select k.community, c.name, k.source, k.measure, m.kind, m.unit, k.subject, k.day, k.month, k.value, k.basis, k.version,
       k.definition, k.url, k.seen_at
from core.counts k
join raw.measures m using (measure)
left join raw.communities c using (community)
order by k.measure, k.community, k.source, k.subject, k.day, k.url
