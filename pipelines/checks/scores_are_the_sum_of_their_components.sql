select as_of, family, community, any_value(score) as score, sum(contribution) as parts
from rankings.monthly join rankings.components using (as_of, family, community)
where score is not null group by all having abs(any_value(score) - parts) > 1e-8
