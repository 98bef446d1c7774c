-- One row per ranking and ranked community of the window that ends with $as_of: score and rank as counted, and with imports in the months in which they were recorded.
select family, community, commits, score, score_by_recorded_month, rank, rank_by_recorded_month
from analysis.rank_by_recorded_month where as_of = $as_of
order by family, rank, community
