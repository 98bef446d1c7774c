-- What a reader asks about the lists and forums of one month: the messages of the page of $community in $month.
select source, unit, count(*) as messages
from core.postings
where community = $community and month = $month
group by source, unit order by messages desc, source, unit
