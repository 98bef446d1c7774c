-- Every source that went on in another one.
select community, family, month, from_source, to_source, action, reason, evidence
from core.moves
where month <= (select today from raw.build)
order by community, month, from_source, to_source
