-- One row per month of a mail archive (month NULL: the whole list) in which we hold another number of messages than the archive says.
select r.community, c.name, r.source, r.month, r.total, r.stored, r.quarantined, r.difference
from core.reconciliation r
left join raw.communities c using (community)
where r.state = 'differs'
order by c.name, r.community, r.source, r.month nulls first
