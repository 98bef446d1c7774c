-- Distinct people who wrote the commits that are counted, in the months in which they count; core.people says who is one person.
-- family: code
-- unit: people
select community, month, count(distinct author_key) as value from core.commits where counted group by all
order by community, month
