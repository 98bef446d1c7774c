-- Distinct people who wrote the commits that are counted, in the months in which they count; core.people says who is one person.
-- family: code
-- unit: people
-- formula: number of distinct authors of the counted commits of month m
-- chaoss: Contributors
select community, month, count(distinct author_key) as value from core.commits where counted group by all
order by community, month
