-- Every month of $community before $until of what the mail of people is counted by, including that of bots; NULL, never 0, where the month was not seen.
with numbers as (
    select said.metric as key, said.metric, d.month, said.value, said.value - said.of_people as bots, d.state,
           d.month > (select last_complete_month from raw.build) as to_date
    from definitions.messages d
    cross join lateral (values ('messages', d.messages_with_bots, d.messages),
                    ('talk_people', d.talk_people_with_bots, d.talk_people)) said(metric, value, of_people)
    where d.month < $until and d.community = $community
)
select *, if(to_date, null, bots) as bots_alone,
       case when to_date then 'to date' when state = 'partial' then 'partial' else 'observed' end as known
from numbers
order by metric, month
