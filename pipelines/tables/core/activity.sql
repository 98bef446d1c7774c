-- One row per community, channel, month and (strictly taken) person who did something there: authors of counted commits, senders of messages of people.
--   community: slug of the community
--   channel: code or talk
--   month: first day of the month, UTC
--   person_key: the person as counted, see core.people
--   person_strict_key: the same by strict rules alone: a person can have several rows
--   person_lax_key: the same by all rules
--   events: commits or messages
with acts as (
    select community, 'code' as channel, month, author_key as person_key, author_strict_key as person_strict_key,
        author_lax_key as person_lax_key, hash(author_key, author_strict_key, author_lax_key) as person
    from core.commits where counted and author_key is not null
    union all
    select community, 'talk', month, sender_key, sender_strict_key, sender_lax_key, hash(sender_key, sender_strict_key, sender_lax_key)
    from core.messages where is_human and month is not null and sender_key is not null
)
select community, channel, month, any_value(person_key) as person_key, any_value(person_strict_key) as person_strict_key,
    any_value(person_lax_key) as person_lax_key, count(*) as events
from acts group by community, channel, month, person
