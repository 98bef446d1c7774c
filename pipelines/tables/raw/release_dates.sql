-- One row per version whose day of release the catalogue states.
--   community: slug of the community
--   version: the version
--   day: the day on which it came out, UTC
--   stated_by: who states that
create table raw.release_dates (
    community varchar,
    version varchar,
    day date,
    stated_by varchar
)
