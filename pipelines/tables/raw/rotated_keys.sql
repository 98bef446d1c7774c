-- One row per pseudonym key that was rotated (stackrank rotate).
--   key_id: name of the key
--   since: day on which it was rotated
create table raw.rotated_keys (
    key_id varchar,
    since date
)
