-- One row per release series, past and planned, as its list states it.
--   community: slug of the community
--   source: name of the source within the community
--   unit: the unit that holds the row: a repository (owner/name), or a file
--   position: place of the unit in the catalogue
--   seen_at: when the harvest that holds the row was made, UTC
--   name: name of the series
--   release_id: its release id, such as 2025.2; NULL where it has none
--   status: its status, such as maintained or future
--   initial_release: day of its first release
--   end_of_life: day of its end of life; NULL where not stated
create table raw.series (
    community varchar,
    source varchar,
    unit varchar,
    position integer,
    seen_at timestamp,
    name varchar,
    release_id varchar,
    status varchar,
    initial_release date,
    end_of_life date
)
