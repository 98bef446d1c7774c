-- The newest count of each line of a chart and month; what is restated later is a line of its own, what a source stated goes before what others published.
with named as (
    select k.measure, k.community, k.subject, k.day, k.month, k.value, k.basis, k.url, k.source,
           concat_ws(': ', coalesce(c.name, k.community), nullif(k.subject, '')) as line,
           k.basis = 'restated' as restated,
           case k.basis when 'published' then 'cited' when 'restated' then 'restated' else 'observed' end as known
    from core.counts k
    left join raw.communities c using (community)
)
select * from named
qualify row_number() over (
    partition by measure, line, restated, month order by basis = 'stated' desc, basis = 'restated' desc, day desc, source desc, url desc) = 1
order by measure, community, line, restated, month
