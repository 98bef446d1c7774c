-- One row per ranking, community and earlier window, for the window that ends with $as_of.
select family, community, span, earlier, growth, low, high, probability, detectable, word, reason_code, break_month
from rankings.movement where as_of = $as_of
order by family, community, span
