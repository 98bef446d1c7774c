-- The newest month up to $as_of that ranks somebody, and the first ranking that does; no row where there is none.
select as_of, family
from rankings.monthly
where rank is not null and as_of <= $as_of
group by as_of, family
order by as_of desc, list_position(['overall', 'code', 'talk', 'people'], family)
limit 1
