-- Messages of people and bots on lists, each list by itself, by the UTC month in which they were sent.
-- family: talk
-- unit: postings
-- formula: number of pairs (list, message) of month m
-- chaoss: Collaboration Platform Activity
select community, month, count(distinct (place, message_key)) as value from core.postings
semi join (from raw.sources where shown_only is not true) using (community, source) where month is not null group by all
order by community, month
