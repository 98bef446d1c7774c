select * from definitions.commits
where commits > least(commits_with_twins, commits_with_merges, commits_with_bots) or commits_recorded_month > commits_with_all
