-- One row per hypervisor, community and period in which a confirmed statement names it, with the number of the statement as in facts.sql; a value that no spelling knows stands by itself.
with stated as (
    select row_number() over (order by f.community, f.position) as number, f.community, f.period, f.topic, f.confirmed, unnest(f.said) as value
    from raw.facts f join raw.communities using (community)
)
select coalesce(h.position, 1000) as position, coalesce(h.name, s.value) as name, s.community, s.period, min(s.number) as number, bool_and(s.topic = 'hypervisors-hosted') as is_hosted
from stated s
left join lateral (
    select name, position from raw.hypervisors where list_bool_or(list_transform(begins, lambda spelling: starts_with(s.value, spelling)))
    order by position limit 1
) h on true
where s.topic in ('hypervisors', 'hypervisors-hosted') and s.confirmed
group by all
order by position, name, s.community, s.period
