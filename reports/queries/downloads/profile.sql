-- One row per statement of the catalogue about a platform, as it stands in the community files.
select f.community, f.topic, f.period, f.said_of as as_of, array_to_string(f.said, '; ') as text, f.version, f.day,
       f.per_year_at_least, f.per_year_at_most, f.confirmed, f.talk_said, f.source, f.url, f.note
from raw.facts f
join raw.communities c using (community)
order by f.community, f.position
