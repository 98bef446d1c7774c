-- Distinct people whose first counted commit in the community falls in the month; core.people says who is one person.
-- family: code
-- unit: people
select community, month, count(*) as value
from (select community, author_key, min(month) as month from core.commits where counted and author_key is not null group by all)
group by all
order by community, month
