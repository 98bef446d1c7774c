-- One row per ranking and community that was ever ranked in it: its scores, their errors and Holm's threshold as lists, a window a month up to the last complete one; NULL where it was not ranked.
with windows as (
    select family, community, as_of, if(rank is null, null, score) as score, if(rank is null, null, score_error) as error, threshold,
           min(as_of) filter (rank is not null) over (partition by family) as begun
    from rankings.monthly
    where as_of <= (select last_complete_month from raw.build)
)
select family, community, min(as_of) as first, list(score order by as_of) as scores, list(error order by as_of) as errors,
       list(threshold order by as_of) as thresholds
from windows
where as_of >= begun
group by family, community
having count(score) > 0
order by community, list_position(['overall', 'code', 'talk', 'people'], family)
