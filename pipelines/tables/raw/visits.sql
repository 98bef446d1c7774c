-- One row per visit ever made to a source that is switched on.
--   community: slug of the community
--   source: name of the source within the community
--   kind: software of the source
--   unit: what was visited: a repository (owner/name), a month of a list (YYYY-MM), 1,000 posts of a forum (posts-000012), a question (question-ID), a page of counts on a day, a file, or the index that lists the units of a source
--   page: the unit without its day, where the unit is the counts of a day: what is visited every day
--   url: where it was visited
--   seen_at: when, UTC
--   verdict: ok, unchanged, empty, shrunk, failed, refused or gone
--   reason: why, where the verdict is not good
--   reason_code: the same as a code: fewer_rows_than_stored, not_fetched, not_let_in, not_there; NULL where the verdict is good
--   observations: rows held after the visit; NULL where nothing could be counted
--   seconds: how long the visit took, seconds
--   checksum: the state that was read: SHA-256 over all refs or of the file; the last id of a block of posts
--   reader: reader and version
--   key_id: name of the pseudonym key
--   note: what else was noticed, such as a server that ignores the filter
--   run: id of the run that made it; NULL where it was made before visits had one
create table raw.visits (
    community varchar,
    source varchar,
    kind varchar,
    unit varchar,
    page varchar,
    url varchar,
    seen_at timestamp,
    verdict varchar,
    reason varchar,
    reason_code varchar,
    observations bigint,
    seconds double,
    checksum varchar,
    reader varchar,
    key_id varchar,
    note varchar,
    run varchar
)
