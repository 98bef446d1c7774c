-- Every monthly number before $until with its state; value is NULL, never 0, where the month was not seen.
select metric, month, community, value, state, covered, known_since, month > (select last_complete_month from raw.build) as to_date
from metrics.monthly where month < $until
order by metric, month, community
