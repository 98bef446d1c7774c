-- How many people came to the code for the first time in 24 months, in each quarter?
select community, date_trunc('quarter', month)::date as quarter, sum(value)::int as newcomers, count(value) as months
from metrics.monthly
where metric = 'new_code_people' and community = 'cloudstack' and month >= '2025-10-01' and complete
group by all order by community, quarter
