-- How likely is each place in a repeat?
select community, rank, round(chance, 3) as chance
from rankings.chances join raw.build on as_of = last_complete_month
where family = 'code' and chance >= .001 order by community, rank
