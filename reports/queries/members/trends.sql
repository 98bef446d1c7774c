-- One row per measure, community and subject that was counted (not restated): its first and newest count, how many months since the first have one, the count a year before, and whether the definition changed since then.
with counted as (
    select measure, community, subject, day, value, row_number() over (
        partition by measure, community, subject, day order by basis = 'stated' desc, source, url) as number
    from core.counts where basis <> 'restated'
), lines as (
    select measure, community, subject, min(day) as first, max(day) as last, arg_max(value, day) as value,
           count(distinct date_trunc('month', day)) as months, date_diff('month', min(day), max(day)) + 1 as span
    from counted where number = 1 group by all
), before as (
    select l.measure, l.community, l.subject, arg_max(c.value, c.day) as value_before, max(c.day) as day_before
    from lines l join counted c using (measure, community, subject)
    where c.day between l.last - interval 410 days and l.last - interval 320 days group by all
)
select l.*, c.name, m.unit, m.definition, m.kind, m.kind = 'attention' as is_attention, c.registered = l.measure as is_official, b.value_before, b.day_before,
       exists (select 1 from raw.measure_breaks k where k.measure = l.measure and k.community = l.community
               and k.day > b.day_before and k.day <= l.last) as changed
from lines l
join raw.measures m on m.measure = l.measure
join raw.communities c on c.community = l.community
left join before b on b.measure = l.measure and b.community = l.community and b.subject = l.subject
order by list_position(['registered', 'subscribed', 'active', 'committing', 'attention'], m.kind), m.measure, l.community, l.subject
