-- How the work of the last twelve complete months is spread over the people of each community.
select community, channel, state, people, absence_factor, core_people, regular_people, casual_people
from published.layers where month = (select last_complete_month from raw.build)
order by community, channel
