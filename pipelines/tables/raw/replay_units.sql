-- One row per repository that the replay of an old series counts, of each source that is replay_only.
--   community: slug of the community
--   source: the source that is replay_only
--   unit: repository as owner/name: its own, or one that the counted sources of the community name by a url
create table raw.replay_units (
    community varchar,
    source varchar,
    unit varchar
)
