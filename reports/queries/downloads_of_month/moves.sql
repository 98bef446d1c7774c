-- Every source that went on in another one, before $until.
select community, family, month, from_source, to_source, action, reason, evidence
from core.moves where month < $until
order by community, month, from_source, to_source
