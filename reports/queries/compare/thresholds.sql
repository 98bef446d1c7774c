-- One row per ranking: what two communities must be apart by to be firmly so, as a list, a window a month up to the last complete one; NULL where nobody has a place.
with windows as (
    select family, as_of, any_value(threshold) as threshold, min(as_of) filter (count(rank) > 0) over (partition by family) as begun
    from rankings.monthly
    where as_of <= (select last_complete_month from raw.build)
    group by family, as_of
)
select family, min(as_of) as first, list(threshold order by as_of) as thresholds
from windows
where as_of >= begun
group by family
order by list_position(['overall', 'code', 'talk', 'people'], family)
