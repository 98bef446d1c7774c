-- Every dated count, with what it counts, of whom, for which day, how it is known and where it stands.
select k.community, k.source, k.measure, m.kind, k.subject, k.day, k.value, m.unit, k.basis, k.version, k.definition, k.url, k.seen_at
from core.counts k
join raw.measures m using (measure)
order by k.measure, k.community, k.source, k.subject, k.day, k.url
