-- Who rose or fell within a year, beyond the noise?
select family, community, earlier, as_of, round(growth, 2) as growth, word, rank_before, rank
from rankings.movers where span = 'year' order by as_of desc, family, growth desc limit 4
