-- One row per ranking, community and span that the window which ends with $as_of is compared over.
select family, community, span, earlier, word, growth, low, high, reason_code
from rankings.movement
where as_of = $as_of
order by family, community, span
