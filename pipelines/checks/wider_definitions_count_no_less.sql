select * from definitions.commits
where commits > commits_with_merges or commits > commits_with_bots or commits_with_merges > commits_with_all
