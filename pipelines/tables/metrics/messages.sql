-- Distinct messages of people on all lists together, by the UTC month in which they were sent.
-- family: talk
-- unit: messages
-- formula: number of distinct messages x of month m where x is a person's
-- chaoss: Collaboration Platform Activity
select community, month, count(*) as value from core.messages where is_human and month is not null group by all
order by community, month
