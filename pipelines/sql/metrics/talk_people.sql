-- Distinct senders of the messages, by month.
-- family: talk
-- unit: people
select community, month, count(distinct sender_key) as value from core.messages where by_person and month is not null group by all
order by community, month
