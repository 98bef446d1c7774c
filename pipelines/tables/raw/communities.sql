-- One row per community of the catalogue.
--   community: slug of the community, the name of its file
--   name: how it writes itself
--   homepage: its page
--   born: when it became public
--   registered: measure by which its official members are counted; NULL where nobody counts them
create table raw.communities (
    community varchar,
    name varchar,
    homepage varchar,
    born date,
    registered varchar
)
