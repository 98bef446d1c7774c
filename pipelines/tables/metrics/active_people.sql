-- Distinct people seen anywhere in the month, as authors of commits or as senders of messages, each once.
-- family: people
-- unit: people
-- formula: number of distinct p with an act in month m
-- chaoss: Contributors
select community, month, count(distinct person_key) as value from core.activity group by all
order by community, month
