-- Distinct people whose first commit or message in the community falls in the month.
-- family: members
-- unit: people
select community, month, count(*) as value
from (select community, person_key, min(month) as month from core.activity group by all)
group by all
order by community, month
