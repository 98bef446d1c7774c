-- One row per dated count that a source states, totals only.
--   community: slug of the community
--   source: name of the source within the community
--   unit: the unit that holds the row: a repository (owner/name), or a file
--   position: place of the unit in the catalogue
--   seen_at: when the harvest that holds the row was made, UTC
--   measure: what was counted, see raw.measures
--   subject: of what: a repository, a team; empty for the community
--   day: the day for which it holds
--   value: the count
--   basis: stated (of the day itself) or restated (of an earlier day)
--   version: version of the software whose definition it is; NULL where the source does not say
--   url: where it stands
create table raw.counts (
    community varchar,
    source varchar,
    unit varchar,
    position integer,
    seen_at timestamp,
    measure varchar,
    subject varchar,
    day date,
    value bigint,
    basis varchar,
    version varchar,
    url varchar
)
