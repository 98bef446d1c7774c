-- One row per person who asked to be left out.
--   key_id: name of the pseudonym key
--   address_key: fingerprint of an address of theirs
--   since: since when
create table raw.opted_out (
    key_id varchar,
    address_key varchar,
    since date
)
