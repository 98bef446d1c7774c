-- How the work of twelve months is spread over people, for every window up to the one that ends with $as_of.
select community, channel, month, state, people, absence_factor, core_people, regular_people, casual_people
from published.layers where month <= $as_of
order by community, channel, month
