select community, source, measure, subject, "day" from raw.counts where measure not in (select measure from raw.measures) or value < 0
union all
select community, source, measure, subject, "day" from core.counts where source is not null group by all having count(*) > 1
