-- One row per known error of a source, see raw.corrections, and whether it is corrected today.
--   community: slug of the community
--   name: name of the correction
--   held: commits and messages of its days that the source holds
--   state: applied (they are left out), ended (the source holds another number, so it has changed), waiting (nothing of these days is held)
with happened as (
    select community, source, unit, committed_at as moment from raw.commits
    union all
    select community, source, unit, sent_at from raw.messages where quarantine is null
), found as (
    select c.community, c.name, count(*) as held
    from happened as e join raw.corrections as c on (c.community, c.source) = (e.community, e.source)
        and coalesce(c.unit = e.unit, true) and moment::date between c.first and c.last
    group by all
)
select community, name, coalesce(found.held, 0) as held,
    case coalesce(found.held, 0) when events then 'applied' when 0 then 'waiting' else 'ended' end as state
from raw.corrections left join found using (community, name)
order by community, name
