-- One row per month that has a ranking: the last month of its window.
--   as_of: first day of that month
select unnest(generate_series(first_ranking, last_complete_month, interval 1 month))::date as as_of
from rankings.rules cross join raw.build
order by as_of
