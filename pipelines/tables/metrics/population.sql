-- Distinct people ever seen anywhere in the community up to the end of the month, a stock; those of months that were not seen are missing in it.
-- family: people
-- unit: people so far
-- kind: stock
-- past: ever
-- formula: number of distinct p seen in any month up to m
-- chaoss: none
with arrived as (
    select community, month, count(*) as people
    from (select community, person_key, min(month) as month from core.activity group by all) group by all
)
select community, months.month, sum(coalesce(people, 0)) over (partition by community order by months.month)::bigint as value
from core.months as months left join arrived using (community, month)
order by community, months.month
