-- One row per image format, platform and period that takes or took it, with what it is and the number of the statement as in facts.sql.
with stated as (
    select row_number() over (order by f.community, f.position) as number, f.*
    from raw.facts f join raw.communities using (community)
)
select i.name, i.meaning, i.source, f.community, f.period, min(f.number) as number, false as is_hosted
from raw.image_formats i
join stated f on f.topic = 'image-formats' and list_contains(f.said, i.name)
group by all
order by i.name, f.community, f.period
