-- One row per mail archive: how many of its months hold what the archive itself says, and the sums of those that can be compared.
select r.community, c.name, r.source,
       count(*) filter (r.state = 'equal') as equal,
       count(*) filter (r.state = 'differs') as differs,
       count(*) filter (r.state in ('no total', 'wider total')) as no_total,
       count(*) filter (r.state = 'not held') as not_held,
       sum(r.total) filter (r.state in ('equal', 'differs'))::bigint as total,
       sum(r.stored) filter (r.state in ('equal', 'differs'))::bigint as stored,
       sum(r.quarantined) filter (r.state in ('equal', 'differs'))::bigint as quarantined,
       sum(r.copies) filter (r.month is not null)::bigint as copies,
       sum(r.other_month) filter (r.month is not null)::bigint as other_month
from core.reconciliation r
left join raw.communities c using (community)
group by all
order by c.name, r.community, r.source
