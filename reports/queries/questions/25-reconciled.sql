-- Where does an archive state another number of messages than we hold?
select community, source, month, total, stored, difference, state
from core.reconciliation where difference <> 0 order by month desc, community, source limit 5
