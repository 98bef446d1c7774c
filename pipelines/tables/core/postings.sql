-- One row per message on one list, or post on one forum: copies of it in several files of the list are one posting.
--   community: slug of the community
--   source: name of the source: the list or forum
--   place: the list, whichever of its copies it was seen in: copy_of in raw.sources where there is one, else the source
--   unit: the file that has it, the first one
--   message_key: fingerprint of the Message-ID; of the content where there is none, or where the id names other messages of the list too
--   content_key: fingerprint of headers and body
--   sent_at: when it was sent, UTC, by the best clock that could be believed; NULL where none could
--   month: first day of the UTC month of sent_at
--   date_quality: the clock: date (its own header), arrived (the last server), archive_month (the file), none
--   claimed_at: what its Date header says, UTC; NULL where it says nothing readable
--   arrived_at: what the last server says, UTC
--   archive_month: the month under which the archive files it
--   sender_key: the sender as counted: a person of core.people
--   sender_strict_key: the same by strict rules alone, see core.people
--   sender_lax_key: the same by all rules, see core.people
--   sender_name_key: fingerprint of the sender's folded name; NULL where empty or opted out
--   sender_address_key: fingerprint of the sender's folded address; NULL where empty, shortened by the archive, or opted out
--   sender_domain: host of the sender's address where it is a public host name
--   sender_quality: how the address stands there: given, obfuscated, shortened, list (the list's own), account (of a forum), missing
--   subject_key: fingerprint of the subject without tags and marks of replies
--   is_reply: it names a message that it answers, or its subject says so
--   in_reply_to_key: fingerprint of the Message-ID that it answers; NULL where it names none
--   reference_keys: fingerprints of the Message-IDs of its thread, oldest first
--   class: who wrote it: human, unsure, tracker, review, build, commit, announcement, auto-reply, system; NULL where an older reader read it
--   class_rule: the rule of raw.mail_bot_rules that decided; NULL for human
--   size: bytes as served
--   seen_at: when the harvest that holds it was made, UTC
with read as not materialized (
    select messages.*, place, coalesce(message_id_key, content_key) as named, hash(community, source, named) as number
    from raw.messages as messages
    join (select community, source, coalesce(split_part(copy_of, '/', 2), source) as place from raw.sources) using (community, source)
    anti join core.left_out as o on (o.community, o.source, o.unit, o.event_key) = (messages.community, messages.source, messages.unit, messages.content_key)
    where quarantine is null
), again as materialized (
    select number from read group by number having count(*) > 1
), several as not materialized (
    select read.* from read semi join again using (number)
    qualify row_number() over (
        partition by community, source, named, claimed_at, coalesce(sender_address_exact_key, sender_name_exact_key, '')
        order by sent_at, unit, content_key) = 1
), once as not materialized (
    select *, named as message_key from read anti join again using (number)
    union all
    select *, if(row_number() over (partition by community, source, named order by sent_at, unit, content_key) = 1, named, content_key)
    from several
)
select once.community, source, place, unit, message_key,
    content_key, sent_at, date_trunc('month', sent_at)::date as month, date_quality, claimed_at, arrived_at, archive_month,
    person_key as sender_key, person_strict_key as sender_strict_key, person_lax_key as sender_lax_key,
    name_key as sender_name_key, address_key as sender_address_key, domain as sender_domain,
    sender_quality, subject_key, is_reply, in_reply_to_key, reference_keys, "class", class_rule, size, seen_at
from once left join core.identities as person on person.community = once.community
    and landed_name_key is not distinct from once.sender_name_key and landed_address_key is not distinct from once.sender_address_key
    and landed_login_key is not distinct from once.sender_login_key
