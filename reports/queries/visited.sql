-- How much has been looked at: one row.
select count(distinct (community, source, page)) as units,
       count(distinct (community, source)) as sources
from raw.visits
