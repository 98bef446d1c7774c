-- One row per community and month with the counts of every legitimate definition side by side; the ranking uses messages and talk_people.
--   community: slug of the community
--   month: first day of the month, UTC
--   messages: distinct messages of people, by the month in which they were sent (the metric)
--   messages_with_bots: the same with everything in
--   messages_human_only: without those of which the rules are unsure
--   messages_archive_month: messages, by the month under which the archive files them
--   postings: each list by itself, with everything in
--   talk_people: distinct senders of messages (the metric)
--   talk_people_with_bots: distinct senders of everything
--   state: state of the community's month, as in metrics.monthly; where it is unobserved all counts are NULL
with by_sending as (
    select community, month,
        count(*) filter (is_human) as messages,
        count(*) as messages_with_bots,
        count(*) filter (is_human and "class" is distinct from 'unsure') as messages_human_only,
        count(distinct sender_key) filter (is_human) as talk_people,
        count(distinct sender_key) as talk_people_with_bots
    from core.messages where month is not null group by all
), by_archive as (
    select community, archive_month as month, count(*) as messages_archive_month from core.messages where is_human group by all
), listed as (
    select community, month, count(distinct (place, message_key)) as postings from core.postings
    semi join (from raw.sources where shown_only is not true) using (community, source) where month is not null group by all
)
select community, month, if(state in ('observed', 'partial'), coalesce(columns(* exclude (community, month, family, state, covered)), 0), null),
    state
from core.channels
left join by_sending using (community, month)
left join by_archive using (community, month)
left join listed using (community, month)
where family = 'talk'
order by community, month
