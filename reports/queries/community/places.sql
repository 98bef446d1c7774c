-- One row per ranking and community of which a source had begun: its ranks as lists, a window a month; NULL where it was not ranked. Without rankings in which nobody ever had a rank.
with windows as (
    select r.family, r.community, r.as_of, r.state, r.rank, r.rank_low, r.rank_high, r.months, r.published_months, r."index",
           100 * exp(r.score - 1.6449 * r.score_error) as low, 100 * exp(r.score + 1.6449 * r.score_error) as high,
           max(r.rank) over (partition by r.family) as lowest,
           min(r.as_of) filter (r.rank is not null) over (partition by r.family) as begun
    from rankings.monthly r
    where r.as_of <= (select last_complete_month from raw.build)
)
select family, community, any_value(lowest) as lowest, min(as_of) as first, list(state order by as_of) as states,
       list(rank order by as_of) as ranks, list(rank_low order by as_of) as rank_lows, list(rank_high order by as_of) as rank_highs,
       list(months order by as_of) as months, list(published_months order by as_of) as published_months,
       list("index" order by as_of) as indexes, list(low order by as_of) as lows, list(high order by as_of) as highs
from windows
where as_of >= begun
group by family, community
having bool_or(state <> 'no source')
order by community, list_position(['overall', 'code', 'talk', 'people'], family)
