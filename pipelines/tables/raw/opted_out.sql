-- One row per person and address of those who asked to be left out.
--   key_id: name of the pseudonym key
--   address_key: fingerprint of an address of theirs
--   since: since when
--   person: the random id under which the person is counted
--   accounts: the accounts that were merged on that day
create table raw.opted_out (
    key_id varchar,
    address_key varchar,
    since date,
    person varchar,
    accounts varchar[]
)
