-- Every source of $community that went on in another one, before $until.
select family, month, from_source, to_source, action, reason, evidence
from core.moves
where community = $community and month < $until
order by month, from_source, to_source
