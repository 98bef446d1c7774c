-- One row per commit of a repository that only a replay counts; no metric and no ranking reads it.
--   community: slug of the community
--   source: name of the source, which is replay_only
--   unit: repository as owner/name
--   position: place of the unit in the catalogue
--   seen_at: when the harvest that holds the row was made, UTC
--   hash: the commit's own hash, in hexadecimal
--   parents: number of parents
--   authored_at: when the change was written, UTC; NULL where git has no readable date
--   committed_at: when the commit was made, UTC; NULL where git has no readable date
--   author_name_key: fingerprint of the author's folded name; NULL where empty
--   author_address_key: fingerprint of the author's folded address; NULL where empty
--   author_domain: host of the author's address where it is a public host name
create table raw.replay_commits (
    community varchar,
    source varchar,
    unit varchar,
    position integer,
    seen_at timestamp,
    hash varchar,
    parents integer,
    authored_at timestamp,
    committed_at timestamp,
    author_name_key varchar,
    author_address_key varchar,
    author_domain varchar
)
