-- One row per thread: messages of a community that answer each other, over all its lists, see core.thread_members.
--   community: slug of the community
--   thread_key: key of its oldest message
--   source: list that had that message first
--   started_at: when that was sent, UTC; NULL where no clock could be believed
--   month: first day of the UTC month of started_at
--   starter_key: its sender, keyed
--   is_human: no rule calls its oldest message a bot's
--   whole: its oldest message answers nothing, so its beginning is held
--   messages: distinct messages of people in it
--   people: distinct senders of those
--   answered_at: when another person than the starter wrote first, UTC; NULL where nobody has
--   last_at: when the newest of its messages was sent, UTC
with said as (
    select *, message_key = thread_key as first from core.messages
), started as (
    select community, thread_key, source, sent_at as started_at, month, sender_key as starter_key, is_human, not is_reply as whole
    from said where first
)
select community, thread_key, any_value(started.source) as source, any_value(started_at) as started_at,
    any_value(started.month) as month, any_value(starter_key) as starter_key, any_value(started.is_human) as is_human,
    any_value(whole) as whole,
    count(*) filter (said.is_human) as messages,
    count(distinct sender_key) filter (said.is_human) as people,
    min(sent_at) filter (said.is_human and sender_key <> starter_key and sent_at >= started_at) as answered_at,
    max(sent_at) as last_at
from said join started using (community, thread_key)
group by all
order by community, started_at, thread_key
