-- One row per image format and platform that takes or took it, with what it is.
select i.name as format, i.meaning, i.source, f.community, c.name, bool_or(f.period = '2013') as in_2013, bool_or(f.period = 'today') as is_today
from raw.image_formats i
join raw.facts f on f.topic = 'image-formats' and list_contains(f.said, i.name)
join raw.communities c using (community)
group by all
order by i.name, f.community
