-- How did the visits of the last run end?
select verdict, count(*) as visits, count(distinct (community, source)) as sources
from raw.visits where run = (select arg_max(run, seen_at) from raw.visits)
group by verdict order by visits desc, verdict
