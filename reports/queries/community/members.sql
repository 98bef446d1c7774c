-- One row per community that has an official measure of its members: the newest count of it that a source stated, else the newest that anybody published.
select c.community, c.registered as measure, k.value, k.day, k.basis, m.definition, m.unit
from raw.communities c
join raw.measures m on m.measure = c.registered
left join core.counts k on (k.community, k.measure) = (c.community, c.registered)
qualify row_number() over (partition by c.community order by k.source is null, k.day desc nulls last, k.subject) = 1
order by c.community
