-- One row per repository and day on which one person recorded a history: 100 counted commits or more, most of them written over 30 days before.
--   community: slug of the community
--   repository: owner/name
--   day: the UTC day on which the commits were recorded, as the committer's clock said
--   month: first day of its month: there the metrics count the commits
--   commits: counted commits that were so recorded
--   only_people: their authors who have no other counted commit of the community in that month
--   authored_from: the UTC day on which the oldest of them was written
--   authored_to: the UTC day on which the newest of them was written
with counted as (
    select *, committed_at::date as day from core.commits where counted
), recorded as (
    select community, repository, day, committer_key
    from counted group by all
    having count(*) >= 100 and count(*) filter (authored_at < committed_at - interval 30 days) > count(*) / 2
), imported as (
    select community, repository, day, month, author_key, count(*) as commits,
        min(authored_at)::date as authored_from, max(authored_at)::date as authored_to
    from counted join recorded using (community, repository, day, committer_key) group by all
), authors as (
    select community, month, author_key, count(*) as commits_of_month from counted group by all
)
select community, repository, day, month, sum(commits)::bigint as commits,
    count(*) filter (commits = commits_of_month) as only_people,
    min(authored_from) as authored_from, max(authored_to) as authored_to
from imported left join authors using (community, month, author_key)
group by all
order by community, day, repository
