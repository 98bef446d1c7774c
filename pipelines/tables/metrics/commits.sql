-- Commits on the default branches, each change once, without merges and those of bots, by committer month; imports (core.imports) by author month.
-- family: code
-- unit: commits
-- formula: number of commits x of month m where x counts
-- chaoss: Code Changes Commits
select community, month, count(*) as value from core.commits where counted group by all
order by community, month
