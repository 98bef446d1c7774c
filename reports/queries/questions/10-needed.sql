-- How much more would the one behind need of everything to be level?
select behind, ahead, metric, needed_whole
from rankings.distances join raw.build on as_of = last_complete_month
where family = 'code' order by ahead, behind, metric
