-- Every known error of a source, and whether it is corrected today.
select coalesce(n.name, c.community) as name, c.name as correction, c.source, c.unit, c.first, c.last, c.error, c.why, c.since,
    coalesce(state, 'waiting') as state, coalesce(held, 0) as held, c.events as expected
from raw.corrections as c left join core.corrections using (community, name) left join raw.communities as n on n.community = c.community
order by c.community, c.name
