-- One row per day on which what a measure counts changed for a community that has counts of it.
select measure, community, day, date_trunc('month', day)::date as month, change
from raw.measure_breaks
where (measure, community) in (select measure, community from core.counts)
order by measure, community, day
