-- Threads that a person started, by the UTC month of their oldest message; a thread that a move or a cross-post spread over lists is one.
-- family: talk
-- unit: threads
-- formula: number of threads x that a person began in month m
-- chaoss: Collaboration Platform Activity
select community, month, count(*) as value from core.threads where is_human and month is not null group by all
order by community, month
