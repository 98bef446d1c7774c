-- Messages of people and bots on lists, each list by itself, by the UTC month in which they were sent.
-- family: talk
-- unit: postings
select community, month, count(distinct (place, message_key)) as value from core.postings where month is not null group by all
order by community, month
