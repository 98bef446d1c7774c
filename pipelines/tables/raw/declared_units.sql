-- One row per unit that the catalogue names, or a list of it.
--   community: slug of the community
--   source: name of the source within the community
--   unit: repository as owner/name, or a file
--   position: place in the catalogue: of a commit in two repositories the first one counts
create table raw.declared_units (
    community varchar,
    source varchar,
    unit varchar,
    position integer
)
