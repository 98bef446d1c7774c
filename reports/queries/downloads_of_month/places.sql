-- Every rank up to the window that ends with $as_of; NULL where not ranked. Without those of whom no source had begun.
select family, as_of, community, state, rank, rank_low, rank_high, round("index", 6) as "index", round(score_error, 9) as score_error, months,
    published_months, reason_code
from rankings.monthly where as_of <= $as_of and state <> 'no source'
order by family, as_of, community
