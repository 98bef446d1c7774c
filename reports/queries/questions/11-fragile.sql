-- How few authors carry a lead?
select ahead, behind, word, fragility, fragility_of
from rankings.pairs join raw.build on as_of = last_complete_month
where family = 'code' order by rank
