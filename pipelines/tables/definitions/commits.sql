-- One row per community and month with the counts of every legitimate definition side by side; the ranking uses commits and code_people.
--   community: slug of the community
--   month: first day of the month, UTC
--   commits: the metric: no merges, no bots, twins once, imports in the months in which they were written
--   commits_recorded_month: the same with imports in the month in which they were recorded
--   commits_author_month: the same by author month
--   commits_with_twins: the metric with twins in, in the month in which each was recorded
--   commits_with_merges: the metric with merges in (also those that a gate makes)
--   commits_with_bots: the metric with bots in, without their merges
--   commits_with_all: by committer month, merges, bots and twins in: what git itself counts
--   code_people: distinct authors of commits (the metric)
--   code_people_with_bots: the same with bots in, each account of one as a person
--   code_people_recorded_month: the same with imports in the month in which they were recorded
--   code_people_author_month: the same by author month
--   code_people_by_name: distinct folded names of the authors of commits
--   code_people_by_address: distinct folded addresses of the authors of commits
--   names_author_month_with_all: distinct folded author names by author month, merges and bots in: the definition of the quarterly series of 2011-2015
--   state: state of the community's month, as in metrics.monthly; where it is unobserved all counts are NULL
with by_month as (
    select community, month,
        count(*) filter (counted) as commits,
        count(*) filter (counted or twin_of is not null) as commits_with_twins,
        count(*) filter (counted or parents > 1) as commits_with_merges,
        count(*) filter (counted or is_bot and parents < 2) as commits_with_bots,
        count(distinct author_key) filter (counted) as code_people,
        count(distinct author_key) filter (counted or is_bot and parents < 2) as code_people_with_bots,
        any_value(names) as code_people_by_name,
        any_value(addresses) as code_people_by_address
    from core.commits left join core.author_names using (community, month) where plausible group by all
), by_committer as (
    select community, date_trunc('month', committed_at)::date as month,
        count(*) filter (counted or imported) as commits_recorded_month,
        count(*) as commits_with_all,
        count(distinct author_key) filter (counted or imported) as code_people_recorded_month
    from core.commits where plausible group by all
), written as (
    select community, date_trunc('month', authored_at)::date as month, counted, author_key from core.commits where plausible
), by_author as (
    select community, month,
        count(*) filter (counted) as commits_author_month,
        count(distinct author_key) filter (counted) as code_people_author_month,
        any_value(names_written) as names_author_month_with_all
    from written left join core.author_names using (community, month) group by all
)
select community, month, if(state in ('observed', 'partial'), coalesce(columns(* exclude (community, month, family, state, covered)), 0), null),
    state
from core.channels
left join by_month using (community, month)
left join by_committer using (community, month)
left join by_author using (community, month)
where family = 'code'
order by community, month
