-- One row per list or forum: how many messages were landed, each once, and how many parts were refused. core.postings and core.quarantine are checked against it.
--   community: slug of the community
--   source: name of the list or forum
--   messages: distinct messages, by their id or content, sender and date, without those that a correction leaves out
--   refused: parts that are no message
select community, source,
    count(distinct hash(coalesce(message_id_key, content_key), claimed_at, coalesce(sender_address_exact_key, sender_name_exact_key, '')))
        filter (quarantine is null) as messages,
    count(*) filter (quarantine is not null) as refused
from raw.messages as m anti join core.left_out as o on (o.community, o.source, o.unit, o.event_key) = (m.community, m.source, m.unit, m.content_key)
group by all
order by community, source
