-- Distinct people who wrote in a thread that another person had started, by the month of their message.
-- family: talk
-- unit: people
-- formula: number of distinct senders in threads of another person, by the month m of their message
-- chaoss: Types of Contributions
select community, messages.month, count(distinct sender_key) as value
from core.messages as messages join core.threads as threads using (community, thread_key)
where sender_key <> starter_key and messages.month is not null and messages.is_human
group by all
order by community, messages.month
