-- One row per day on which what a measure counts changed for a community.
select measure, community, day, change
from raw.measure_breaks
order by measure, community, day
