-- Which hypervisors does each platform name?
select community, period, array_to_string(said, ', ') as hypervisors, source
from raw.facts where topic = 'hypervisors' order by community, period limit 4
