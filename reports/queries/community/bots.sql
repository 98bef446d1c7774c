-- One row per community and metric that the mail of people is counted by: its months up to the last complete one as lists, with the mail of bots, and that alone; NULL, never 0, where the month was not seen.
with numbers as (
    select d.community, said.metric, d.month, said.value, said.value - said.of_people as bots
    from definitions.messages d,
    lateral (values ('messages', d.messages_with_bots, d.messages),
                    ('talk_people', d.talk_people_with_bots, d.talk_people)) said(metric, value, of_people)
    where d.month <= (select last_complete_month from raw.build)
)
select community, metric, min(month) as first, list(value order by month) as "values", list(bots order by month) as bots
from numbers
group by community, metric
having sum(bots) > 0
order by community, metric
