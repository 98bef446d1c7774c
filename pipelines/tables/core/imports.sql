-- One row per repository and day on which one person recorded a history: 100 countable commits or more, most of them written over 30 days before.
--   community: slug of the community
--   repository: owner/name
--   day: the UTC day on which the commits were recorded, as the committer's clock said
--   month: first day of its month: there the charts mark the import
--   commits: commits that were so recorded, without merges, twins and those of bots
--   moved: those of them that count in an earlier month, the one in which they were written
--   not_counted: those that count in no month: written over 36 months before, before the birth of the community, or nobody knows when
--   people: their authors
--   authored_from: the UTC day on which the oldest of them was written
--   authored_to: the UTC day on which the newest of them was written
select community, repository, committed_at::date as day, date_trunc('month', committed_at)::date as month, count(*) as commits,
    count(*) filter (counted and commits.month < date_trunc('month', committed_at)) as moved,
    count(*) filter (not counted) as not_counted, count(distinct author_key) as people,
    min(authored_at)::date as authored_from, max(authored_at)::date as authored_to
from core.commits as commits where imported
group by community, repository, day, date_trunc('month', committed_at)
order by community, day, repository
