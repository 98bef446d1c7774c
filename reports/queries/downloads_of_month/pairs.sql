-- One row per ranking and two neighbours in its table, for the window that ends with $as_of.
select family, rank, ahead, behind, difference, error, firm, probability, word, fragility, fragility_of, flip_weight
from rankings.pairs where as_of = $as_of
order by family, rank
