-- Commits on the default branches, each change once, without merges and those of bots, by committer month; imports (core.imports) by author month.
-- family: code
-- unit: commits
select community, month, count(*) as value from core.commits where counted group by all
order by community, month
