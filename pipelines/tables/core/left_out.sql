-- One row per commit or message that is left out because its source is wrong about it, see core.corrections.
--   community: slug of the community
--   source: name of the source
--   unit: the file that has it
--   event_key: hash of the commit, or content_key of the message
with applied as (
    select c.* from raw.corrections as c join core.corrections using (community, name) where state = 'applied'
), happened as (
    select community, source, unit, hash as event_key, committed_at as moment from raw.commits
    union all
    select community, source, unit, content_key, sent_at from raw.messages where quarantine is null
)
select distinct e.community, e.source, e.unit, event_key
from happened as e join applied as c on (c.community, c.source) = (e.community, e.source)
where coalesce(c.unit = e.unit, true) and moment::date between c.first and c.last
order by all
