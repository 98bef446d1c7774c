-- Messages of the month for each thread that was started in it. No value where none was started.
-- family: talk
-- unit: messages a thread
-- kind: measure
-- formula: messages of month m / threads of month m
-- chaoss: none
select community, month, messages.value / threads.value as value
from metrics.messages as messages join metrics.threads as threads using (community, month)
order by community, month
