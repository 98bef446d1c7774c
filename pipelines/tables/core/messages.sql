-- One row per distinct message and community: cross-posts, and copies that a list took along when it moved, are one message. Lists that are shown only have no row.
--   community: slug of the community
--   source: name of the list that had it first, of several at once the first in the catalogue
--   message_key: fingerprint of its Message-ID, or of its content
--   sent_at: when it was sent, UTC
--   month: first day of that month
--   archive_month: the month under which its archive files it
--   date_quality: the clock that said when: date, arrived, archive_month, none
--   sender_key: the sender as counted: a person of core.people
--   sender_strict_key: the same by strict rules alone, see core.people
--   sender_lax_key: the same by all rules, see core.people
--   sender_address_key: fingerprint of the sender's folded address
--   sender_name_key: fingerprint of the sender's folded name
--   sender_domain: host of the sender's address where it is a public host name
--   subject_key: fingerprint of the subject without tags and marks of replies
--   is_reply: it answers another message
--   in_reply_to_key: the message that it answers
--   reference_keys: the messages of its thread, oldest first
--   thread_key: the thread it belongs to, see core.threads
--   class: who wrote it, see core.postings
--   class_rule: the rule that decided
--   is_human: no rule calls it a bot's: human, unsure or not classed
--   postings: on how many lists of the community it stands
with posted as not materialized (
    select postings.*, position, hash(community, message_key) as number
    from core.postings join (select community, source, rowid as position from raw.sources where shown_only is not true) using (community, source)
), again as materialized (
    select number from posted group by number having count(*) > 1
), once as not materialized (
    select *, 1::bigint as postings from posted anti join again using (number)
    union all
    select *, count(distinct place) over (partition by community, message_key) from posted semi join again using (number)
    qualify row_number() over (partition by community, message_key order by sent_at, position) = 1
)
select community, source, message_key, sent_at, month, archive_month, date_quality,
    sender_key, sender_strict_key, sender_lax_key, sender_address_key, sender_name_key, sender_domain, subject_key, is_reply, in_reply_to_key, reference_keys,
    thread_key, "class", class_rule,
    coalesce("class" in ('human', 'unsure'), true) as is_human, postings
from once join core.thread_members using (community, message_key)
