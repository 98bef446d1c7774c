-- One row per month of a mail archive that is listed or held (month NULL: the whole list): our count against the archive's own.
select r.community, r.source, r.month, r.total, r.stored, r.quarantined, r.copies, r.other_month, r.difference, r.state
from core.reconciliation r
left join raw.communities c using (community)
order by c.name, r.community, r.source, r.month nulls first
