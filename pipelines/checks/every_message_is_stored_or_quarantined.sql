with read as (
    select community, source, messages, refused from core.landed_messages
), stored as (
    select community, source, count(*) as postings from core.postings group by all
), kept as (
    select community, source, count(*) as quarantined from core.quarantine group by all
)
select community, source, messages, postings, refused, quarantined
from read full join stored using (community, source) full join kept using (community, source)
where coalesce(messages, 0) <> coalesce(postings, 0) or coalesce(refused, 0) <> coalesce(quarantined, 0)
