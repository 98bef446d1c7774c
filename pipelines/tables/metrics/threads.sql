-- Threads that a person started, by the UTC month of their oldest message; a thread that a move or a cross-post spread over lists is one.
-- family: talk
-- unit: threads
select community, month, count(*) as value from core.threads where is_human and month is not null group by all
order by community, month
