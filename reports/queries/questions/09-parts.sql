-- What is a score made of?
select metric, round(level, 1) as level, round(y, 3) as y, round(weight, 3) as weight, round(contribution, 3) as part
from rankings.components join raw.build on as_of = last_complete_month
where family = 'code' and community = 'cloudstack' order by metric
