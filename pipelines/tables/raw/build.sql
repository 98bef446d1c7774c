-- One row about this database.
--   built_at: when it was built, UTC
--   today: the day it was built for
--   last_complete_month: first day of the newest month that is ranked
--   method_version: version of the ranking method
--   method_sha256: checksum of its specification
--   inputs_sha256: checksum over all that counts: catalogue, method, published figures, harvests and decisions
--   shows: what the demo shows; NULL for real data
create table raw.build (
    built_at timestamp,
    today date,
    last_complete_month date,
    method_version varchar,
    method_sha256 varchar,
    inputs_sha256 varchar,
    shows varchar
)
