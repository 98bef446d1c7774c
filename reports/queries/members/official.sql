-- One row per community: its official measure, the newest count that a source stated, and the newest that anybody published.
with counts as (
    select k.*, c.registered from core.counts k join raw.communities c using (community) where k.measure = c.registered
), stated as (
    select * from counts where source is not null
    qualify row_number() over (partition by community order by day desc, source, subject, url) = 1
), published as (
    select * from counts
    qualify row_number() over (partition by community order by day desc, source, subject, url) = 1
), instead as (
    select k.community, list(distinct k.measure order by k.measure) as measures
    from core.counts k join raw.measures m using (measure) where m.kind <> 'attention' group by all
)
select c.community, c.name, c.registered as measure, m.definition, m.source_kind,
       s.value, m.unit, s.definition as counted, s.day, s.basis, s.version, s.url,
       p.value as published_value, p.day as published_day, p.definition as published_definition, p.url as published_url,
       i.measures as instead
from raw.communities c
left join raw.measures m on m.measure = c.registered
left join stated s on s.community = c.community
left join published p on p.community = c.community
left join instead i on i.community = c.community
order by c.community
