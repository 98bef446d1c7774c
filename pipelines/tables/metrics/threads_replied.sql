-- Threads that a person started and another person has answered so far, by the UTC month in which they were started.
-- family: talk
-- unit: threads
-- formula: number of threads x that a person began in month m and another person answered
-- chaoss: none
select community, month, count(*) as value
from core.threads where is_human and answered_at is not null and month is not null group by all
order by community, month
