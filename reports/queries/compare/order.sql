-- Every community that is ranked in the last complete month, best first, for each ranking that ranks anybody.
select family, community, rank
from rankings.monthly
where as_of = (select last_complete_month from raw.build) and rank is not null
order by list_position(['overall', 'code', 'talk', 'people'], family), rank
