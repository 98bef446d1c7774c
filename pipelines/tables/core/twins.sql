-- One row per repository and month in which commits were recorded that are twins, or that may be twins unseen.
--   community: slug of the community
--   repository: owner/name
--   month: first day of the UTC month of committed_at
--   twins: commits of a change that another hash counts for: same author account, second and subject in the community
--   unknown: commits that count although their subject is not known: it is empty, or an older reader read them
select community, repository, date_trunc('month', committed_at)::date as month,
    count(twin_of) as twins, count(*) filter (counted and not has_subject) as unknown
from core.commits where twin_of is not null or counted and not has_subject
group by all
order by all
