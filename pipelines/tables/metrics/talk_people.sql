-- Distinct people who sent the messages, by month; core.people says who is one person.
-- family: talk
-- unit: people
-- formula: number of distinct senders of the messages of people of month m
-- chaoss: Contributors
select community, month, count(distinct sender_key) as value from core.messages where is_human and month is not null group by all
order by community, month
