-- Commits on the default branches by committer month, without merges and without commits of bots, each hash once.
-- family: code
-- unit: commits
select community, month, count(*) as value from core.commits where counted group by all
order by community, month
