-- One row per address, and name where one is given, that a .mailmap maps: who that is, as git reads the file.
--   community: slug of the community
--   source: name of the source within the community
--   unit: the unit that holds the row: a repository (owner/name), or a file
--   position: place of the unit in the catalogue
--   seen_at: when the harvest that holds the row was made, UTC
--   proper_name_key: fingerprint of the proper name; NULL where the file does not say
--   proper_name_words: words in the proper name
--   proper_address_key: fingerprint of the proper address; NULL where the file does not say
--   commit_name_key: fingerprint of the name in commits; NULL where it holds for any name
--   commit_address_key: fingerprint of the address in commits
--   line: number of the line that decided, the last one about this address and name
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
    commit_address_key varchar,
    line integer
)
