-- One row per Parquet file that was loaded.
--   file: path
--   community: slug of the community
--   source: name of the source within the community
--   unit: what was visited
--   position: place in the catalogue
--   seen_at: when it was harvested, UTC
create table raw.harvests (
    file varchar,
    community varchar,
    source varchar,
    unit varchar,
    position integer,
    seen_at timestamp
)
