-- One row per month that a mail archive lists.
--   community: slug of the community
--   source: name of the source within the community
--   unit: the unit that holds the row: a repository (owner/name), or a file
--   position: place of the unit in the catalogue
--   seen_at: when the harvest that holds the row was made, UTC
--   month: first day of the month; NULL for a whole list, or a volume of another length
--   messages: messages that the archive says it holds; NULL where it does not say
--   url: where its mail is
create table raw.totals (
    community varchar,
    source varchar,
    unit varchar,
    position integer,
    seen_at timestamp,
    month date,
    messages bigint,
    url varchar
)
