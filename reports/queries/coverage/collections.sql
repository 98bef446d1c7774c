-- One row per set of published figures: what was counted, how it is known, where it stands, for which periods.
select h.community, c.name, split_part(h.metric, ':', 1) as counted, count(distinct h.metric) as series,
       h.quality, h.file, min(h.source) as source, count(distinct h.source) as sources,
       min(h.period) as first, max(h.period) as last, count(*) as figures
from raw.history h
left join raw.communities c using (community)
group by all
order by c.name, h.community, counted, h.quality, h.file
