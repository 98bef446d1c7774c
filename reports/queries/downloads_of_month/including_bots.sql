-- Every month before $until of what the mail of people is counted by, including that of bots; NULL, never 0, where the month was not seen.
select said.metric, d.month, d.community, said.value, said.value - said.of_people as bots, d.state,
       d.month > (select last_complete_month from raw.build) as to_date
from definitions.messages d,
lateral (values ('messages', d.messages_with_bots, d.messages),
                ('talk_people', d.talk_people_with_bots, d.talk_people)) said(metric, value, of_people)
where d.month < $until
order by said.metric, d.month, d.community
