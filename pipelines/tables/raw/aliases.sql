-- One row per line of a .mailmap: who somebody is, and under what else they have committed.
--   community: slug of the community
--   source: name of the source within the community
--   unit: the unit that holds the row: a repository (owner/name), or a file
--   position: place of the unit in the catalogue
--   seen_at: when the harvest that holds the row was made, UTC
--   proper_name_key: fingerprint of the proper name; NULL where the line does not say
--   proper_name_words: words in the proper name
--   proper_address_key: fingerprint of the proper address; NULL where the line does not say
--   commit_name_key: fingerprint of the name in commits; NULL where the line does not say
--   commit_address_key: fingerprint of the address in commits
create table raw.aliases (
    community varchar,
    source varchar,
    unit varchar,
    position integer,
    seen_at timestamp,
    proper_name_key varchar,
    proper_name_words smallint,
    proper_address_key varchar,
    commit_name_key varchar,
    commit_address_key varchar
)
