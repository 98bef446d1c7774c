-- Every month before $until of what the mail of people is counted by, including that of bots; NULL, never 0, where the month was not seen.
with numbers as (
    select d.community as key, c.name, said.metric, d.month, said.value, said.value - said.of_people as bots, d.state,
           d.month > (select last_complete_month from raw.build) as to_date
    from definitions.messages d
    left join raw.communities c using (community),
    lateral (values ('messages', d.messages_with_bots, d.messages),
                    ('talk_people', d.talk_people_with_bots, d.talk_people)) said(metric, value, of_people)
    where d.month < $until
)
select *, if(to_date, null, bots) as bots_alone,
       case when to_date then 'to date' when state = 'partial' then 'partial' else 'observed' end as known
from numbers
order by metric, month, key
