-- One row per statement of the catalogue about a platform, numbered as the page numbers its sources.
select row_number() over (order by f.community, f.position) as number, f.community, c.name, f.topic, f.period, f.said_of as as_of,
       f.said, f.version, f.day, f.per_year_at_least, f.per_year_at_most, f.confirmed, f.talk_said, f.source, f.url, f.note
from raw.facts f
join raw.communities c using (community)
order by number
