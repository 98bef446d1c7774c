-- One row per repository and month: its commits as they count, and how many do not.
--   community: slug of the community
--   source: name of the source
--   repository: owner/name
--   month: first day of the month in which they count, UTC
--   commits: commits that count
--   people: distinct authors of those; NULL where they are one or two
--   uncounted: commits that do not count: merges, those of bots, twins, imports that count nowhere
--   suppressed: the authors are one or two
with counted as (
    select community, source, repository, month, count(*) filter (counted) as commits,
        count(distinct author_key) filter (counted) as people, count(*) filter (not counted) as uncounted
    from core.commits where month is not null group by all
)
select community, source, repository, month, commits, if(is_few(people), null, people) as people, uncounted,
    coalesce(is_few(people), false) as suppressed
from counted
order by community, source, repository, month
