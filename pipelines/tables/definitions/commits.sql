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
with acts as materialized (
    -- Of each author and month: the rest counts people, who are few.
    select community, month, date_trunc('month', committed_at)::date as recorded_month,
        date_trunc('month', authored_at)::date as written_month, author_key,
        count(*) as commits,
        count(*) filter (counted) as counted,
        count(*) filter (counted or twin_of is not null) as with_twins,
        count(*) filter (counted or parents > 1) as with_merges,
        count(*) filter (counted or is_bot and parents < 2) as with_bots,
        count(*) filter (counted or imported) as recorded
    from core.commits where plausible group by community, month, recorded_month, written_month, author_key
), by_month as (
    select community, month,
        sum(counted)::bigint as commits,
        sum(with_twins)::bigint as commits_with_twins,
        sum(with_merges)::bigint as commits_with_merges,
        sum(with_bots)::bigint as commits_with_bots,
        count(distinct author_key) filter (counted > 0) as code_people,
        count(distinct author_key) filter (with_bots > 0) as code_people_with_bots,
        any_value(names) as code_people_by_name,
        any_value(addresses) as code_people_by_address
    from acts left join core.author_names using (community, month) group by all
), by_committer as (
    select community, recorded_month as month,
        sum(recorded)::bigint as commits_recorded_month,
        sum(commits)::bigint as commits_with_all,
        count(distinct author_key) filter (recorded > 0) as code_people_recorded_month
    from acts group by all
), by_author as (
    select acts.community, written_month as month,
        sum(counted)::bigint as commits_author_month,
        count(distinct author_key) filter (counted > 0) as code_people_author_month,
        any_value(names_written) as names_author_month_with_all
    from acts left join core.author_names as names on names.community = acts.community and names.month = written_month
    group by all
)
select community, month, if(state in ('observed', 'partial'), coalesce(columns(* exclude (community, month, family, state, covered)), 0), null),
    state
from core.channels
left join by_month using (community, month)
left join by_committer using (community, month)
left join by_author using (community, month)
where family = 'code'
order by community, month
