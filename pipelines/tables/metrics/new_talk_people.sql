-- Distinct people whose first message in the community falls in the month; core.people says who is one person.
-- family: talk
-- unit: people
select community, month, count(*) as value
from (select community, sender_key, min(month) as month from core.messages where is_human and month is not null and sender_key is not null group by all)
group by all
order by community, month
