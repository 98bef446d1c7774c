select u.community, u.source, u.unit, u.observations as landed, count(c.hash) as loaded
from raw.units u left join raw.commits c on (c.community, c.source, c.repository) = (u.community, u.source, u.unit)
group by all having landed <> loaded
