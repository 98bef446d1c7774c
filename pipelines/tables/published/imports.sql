-- One row per history that one person recorded in one day: core.imports as it may be published.
--   community: slug of the community
--   repository: repository of the import
--   day: UTC day on which it was recorded
--   month: first day of that month
--   commits: commits of it that are not twins
--   moved: those of them that count in the month in which they were written
--   not_counted: those that count nowhere
--   people: distinct authors; NULL where one or two
--   authored_from: day on which the first was written
--   authored_to: day on which the last was written
select community, repository, day, month, commits, moved, not_counted, if(is_few(people), null, people) as people, authored_from, authored_to
from core.imports
order by day, community, repository
