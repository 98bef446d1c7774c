-- How many of the people who were first seen in one year were seen in a later one; NULL, never 0, where that was not seen.
select community, cohort, year, people, active, state, known_since
from published.retention where make_date(year, 1, 1) <= $as_of
order by community, cohort, year
