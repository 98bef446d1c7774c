-- One row per community and period: how many new lines of versions the twelve months to $then or $now brought, and how many of these months were seen.
select c.community, e.period, e.last, coalesce(sum(m.value), 0) as lines, count(m.value) as months
from raw.communities c
cross join (values ('2013', $then::date), ('today', $now::date)) as e(period, last)
left join metrics.monthly m on m.community = c.community and m.metric = 'releases'
    and m.month > e.last - interval 12 months and m.month <= e.last
group by c.community, e.period, e.last
order by c.community, e.period
