-- What a reader asks about the lists and forums of one month: the messages of the page of $community in $month.
select source, postings, people
from published.by_source
where community = $community and month = $month and postings > 0
order by postings desc, source
