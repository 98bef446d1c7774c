-- Who has which places by code now?
select rank, rank_low, rank_high, community
from rankings.monthly join raw.build on as_of = last_complete_month
where family = 'code' and rank <= 3 order by rank
