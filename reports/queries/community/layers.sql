-- How the work of the twelve months that end with $as_of is spread over the people of $community.
select channel, people, absence_factor, core_people, regular_people, casual_people
from analysis.layers where community = $community and month = $as_of
order by channel
