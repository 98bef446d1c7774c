-- One row per community and month with the counts of every legitimate definition side by side; the ranking uses commits and code_people.
--   community: slug of the community
--   month: first day of the month, UTC
--   commits: by committer month, no merges, no bots (the metric)
--   commits_author_month: the same by author month
--   commits_with_merges: by committer month, merges in (also those that a gate makes), no other commits of bots
--   commits_with_bots: by committer month, no merges, bots in
--   commits_with_all: by committer month, merges and bots in: what git itself counts
--   code_people: distinct authors of commits (the metric)
--   code_people_with_bots: the same with bots in, each account of one as a person
--   code_people_author_month: the same by author month
--   code_people_by_name: distinct folded names of the authors of commits
--   code_people_by_address: distinct folded addresses of the authors of commits
--   names_author_month_with_all: distinct folded author names by author month, merges and bots in: the definition of the quarterly series of 2011-2015
--   state: state of the community's month, as in metrics.monthly; where it is unobserved all counts are NULL
with by_committer as (
    select community, month,
        count(*) filter (counted) as commits,
        count(*) filter (parents > 1 or not is_bot) as commits_with_merges,
        count(*) filter (parents < 2) as commits_with_bots,
        count(*) as commits_with_all,
        count(distinct author_key) filter (counted) as code_people,
        count(distinct author_key) filter (parents < 2) as code_people_with_bots,
        count(distinct author_name_key) filter (counted) as code_people_by_name,
        count(distinct author_address_key) filter (counted) as code_people_by_address
    from core.commits where plausible group by all
), by_author as (
    select community, date_trunc('month', authored_at)::date as month,
        count(*) filter (counted) as commits_author_month,
        count(distinct author_key) filter (counted) as code_people_author_month,
        count(distinct author_name_key) as names_author_month_with_all
    from core.commits where plausible group by all
)
select community, month, if(state in ('observed', 'partial'), coalesce(columns(* exclude (community, month, family, state, covered)), 0), null),
    state
from core.channels
left join by_committer using (community, month)
left join by_author using (community, month)
where family = 'code'
order by community, month
