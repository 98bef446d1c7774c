-- One row per repository and month with a commit: its commits as they count, how many do not, and how many people wrote them. Key: community, source, repository, month. No row of a month that core.coverage calls seen: nobody committed anything. One or two people are suppressed; no key of a person is published.
--   community: slug of the community
--   source: name of the source
--   repository: owner/name; a commit in two repositories stands in the first one of the catalogue
--   month: first day of the month in which they count, UTC
--   commits: commits that count in the metric commits
--   people: distinct authors of those, as core.people says who is one person; NULL where they are one or two. Never add people up: who wrote in two months or repositories is one person and would count twice
--   uncounted: commits that do not count: merges, those of bots, twins (core.twins), and of an import those that count nowhere (published.imports)
--   suppressed: the authors are one or two
--   state: observed, or partial (not the whole month of the repository was seen)
with counted as (
    select community, source, repository, month, count(*) filter (counted) as commits,
        count(distinct author_key) filter (counted) as people, count(*) filter (not counted) as uncounted
    from core.commits where month is not null group by all
)
select community, source, repository, month, commits, if(is_few(people), null, people) as people, uncounted,
    coalesce(is_few(people), false) as suppressed, if(covered = 1, 'observed', 'partial') as state
from counted
left join (select community, source, unit as repository, month, covered from core.unit_months)
    using (community, source, repository, month)
order by community, source, repository, month
