-- One row per community and metric of the window that ends with $as_of: level and rank as counted, and where bots are included.
select family, metric, community, months, level, level_including_bots, rank, rank_including_bots
from analysis.rank_including_bots where as_of = $as_of
order by family, metric, rank, community
