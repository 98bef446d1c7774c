-- One row per community: contributors who were new in the last twelve complete months, and how many of these months tell.
select community, sum(value)::bigint as contributors, count(value) as months
from metrics.monthly cross join raw.build
where metric = 'new_code_people' and month between last_complete_month - interval 11 months and last_complete_month
group by community
having count(value) > 0
order by community
