-- One row per part of a mail archive that is no message, and why; nothing that an archive holds is dropped in silence.
--   community: slug of the community
--   source: name of the list
--   unit: the file that has it
--   content_key: fingerprint of it
--   size: bytes as served
--   reason: why it is no message
--   seen_at: when the harvest that holds it was made, UTC
select community, source, unit, content_key, size, quarantine as reason, seen_at
from raw.messages where quarantine is not null
order by community, source, unit, content_key
