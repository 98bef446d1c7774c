-- One row per month that has a ranking, ranking and community of which a source had begun: its places; rank is NULL where it has none.
select family, as_of, community, state, rank, rank_low, rank_high, months, published_months
from rankings.monthly
where state <> 'no source' and as_of <= $as_of
order by family, as_of, rank nulls last, community
