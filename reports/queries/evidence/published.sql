-- One row per community, month and place in data/history from which a figure of the month comes, because nothing was seen.
select m.community, m.month, h.file, h.source, list(m.metric order by m.metric) as metrics
from metrics.monthly m
join metrics.definitions d using (metric)
join raw.history h on h.community = m.community and h.metric = m.metric and h.month = m.month and h.definition = d.definition and h.quality = 'measured'
where m.state = 'published'
group by all
order by m.community, m.month desc, h.file, h.source
