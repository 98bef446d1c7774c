-- One row per tag that leads to a commit, as the repository has it now.
--   community: slug of the community
--   source: name of the source within the community
--   repository: owner/name
--   tag: name of the tag
--   hash: the commit it leads to
--   tagged_at: its date, UTC; NULL where git has none
--   dated_by: origin of the date: the annotated tag, or the commit
create table raw.tags (
    community varchar,
    source varchar,
    repository varchar,
    tag varchar,
    hash varchar,
    tagged_at timestamp,
    dated_by varchar
)
