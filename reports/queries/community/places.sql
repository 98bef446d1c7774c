-- One row per ranking and community of which a source had begun: its ranks as lists, a window a month; NULL where it was not ranked. Without rankings in which nobody ever had a rank.
with windows as (
    select family, community, as_of, state, rank, rank_low, rank_high, months, published_months, "index",
           100 * exp(score - 1.6449 * score_error) as low, 100 * exp(score + 1.6449 * score_error) as high
    from rankings.monthly
    where as_of <= (select last_complete_month from raw.build)
), families as (
    select family, max(rank) as lowest, min(as_of) filter (rank is not null) as begun from windows group by family
), listed as (
    -- One list of whole windows is sorted once; ten lists would be sorted ten times.
    select family, community, any_value(lowest) as lowest,
           list({'as_of': as_of, 'state': state, 'rank': rank, 'rank_low': rank_low, 'rank_high': rank_high, 'months': months,
                 'published_months': published_months, 'index': "index", 'low': low, 'high': high} order by as_of) as own
    from windows join families using (family)
    where as_of >= begun
    group by family, community
    having bool_or(state <> 'no source')
)
select family, community, lowest, own[1].as_of as first, [w.state for w in own] as states,
       [w.rank for w in own] as ranks, [w.rank_low for w in own] as rank_lows, [w.rank_high for w in own] as rank_highs,
       [w.months for w in own] as months, [w.published_months for w in own] as published_months,
       [w."index" for w in own] as indexes, [w.low for w in own] as lows, [w.high for w in own] as highs
from listed
order by community, list_position(['overall', 'code', 'talk', 'people'], family)
