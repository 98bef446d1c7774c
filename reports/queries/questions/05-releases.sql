-- Which feature releases came out, on which day, and where does the day come from (catalogue, series, tag or commit)?
select community, coalesce(name, version) as release, released_at, dated_by
from core.releases where kind = 'feature' order by community, released_at
