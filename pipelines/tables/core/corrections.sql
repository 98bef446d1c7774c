-- One row per known error of a source, see raw.corrections, and whether it is corrected today.
--   community: slug of the community
--   name: name of the correction
--   held: commits and messages of its days that the source holds
--   state: applied (they are left out), ended (the source holds another number, so it has changed), waiting (nothing of these days is held)
with happened as (
    select community, source, unit, committed_at as moment from raw.commits
    union all
    select community, source, unit, sent_at from raw.messages where quarantine is null
)
select c.community, c.name, count(moment) as held,
    case count(moment) when c.events then 'applied' when 0 then 'waiting' else 'ended' end as state
from raw.corrections as c left join happened as e on (e.community, e.source) = (c.community, c.source)
    and coalesce(c.unit = e.unit, true) and moment::date between c.first and c.last
group by c.community, c.name, c.events
order by c.community, c.name
