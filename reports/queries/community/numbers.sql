-- One row per community and metric: its number of the last complete month and of the running one, with what is counted.
with held as (
    select m.community, m.metric, m.month, m.value, m.state, m.known_since, m.month > b.last_complete_month as to_date,
           case when m.month > b.last_complete_month and m.state <> 'published' then 'to date'
                when m.state = 'partial' and m.metric = 'registered' then 'restated'
                when m.state in ('partial', 'published') then m.state else 'observed' end as known
    from metrics.monthly m cross join raw.build b
    where m.month in (b.last_complete_month, date_trunc('month', b.today))
)
select h.community, h.metric, d.family, d.definition, max(h.month) as running_month,
       max({'value': value, 'state': state, 'known': known, 'known_since': known_since}) filter (not to_date) as complete,
       max({'value': value, 'state': state, 'known': known, 'known_since': known_since}) filter (to_date) as running
from held h join metrics.definitions d using (metric)
group by h.community, h.metric, d.family, d.definition
order by h.community, list_position(['code', 'talk', 'people', 'releases', 'register'], d.family), h.metric
