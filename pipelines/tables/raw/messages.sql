-- One row per message of a mailbox or forum, as its harvest holds it, refused ones too.
--   community: slug of the community
--   source: name of the source within the community
--   unit: the unit that holds the row: a repository (owner/name), or a file
--   position: place of the unit in the catalogue
--   seen_at: when the harvest that holds the row was made, UTC
--   message_id_key: fingerprint of the Message-ID; NULL where there is none
--   content_key: fingerprint of headers and body
--   sent_at: when it was sent, UTC, by the best clock that could be believed; NULL where none could
--   sent_offset: the sender's offset from UTC, minutes
--   date_quality: the clock: date, arrived, archive_month, none
--   claimed_at: what its Date header says, UTC
--   arrived_at: what the last server says, UTC
--   archive_month: the month under which the archive files it
--   sender_name_exact_key: fingerprint of the sender's name as written; NULL where empty
--   sender_name_key: fingerprint of the sender's folded name; NULL where empty
--   sender_address_exact_key: fingerprint of the sender's address as written; NULL where empty
--   sender_address_key: fingerprint of the sender's folded address; NULL where empty
--   sender_login_key: fingerprint of the account name in a no-reply address; NULL elsewhere
--   sender_name_words: words in the sender's folded name
--   sender_name_bag_key: fingerprint of the words of the name in one order, without initials; NULL where fewer than two remain
--   sender_domain: host of the sender's address where it is a public host name
--   sender_role: the address is nobody's own: a role's, a list's, a program's or a manual's
--   sender_quality: how the address stands there: given, obfuscated, shortened, list, account, missing
--   subject_key: fingerprint of the subject without tags and marks of replies
--   is_reply: it names a message that it answers, or its subject says so
--   in_reply_to_key: fingerprint of the Message-ID that it answers
--   reference_keys: fingerprints of the Message-IDs of its thread, oldest first
--   size: bytes as served
--   quarantine: why it is refused as a message; NULL where it is one
--   class: who wrote it: human, unsure, or a class of bots
--   class_rule: the rule that decided; NULL for human
--   passed_borders: lines in it that look like the border before a message and were not taken for one; NULL for posts of a forum
create table raw.messages (
    community varchar,
    source varchar,
    unit varchar,
    position integer,
    seen_at timestamp,
    message_id_key varchar,
    content_key varchar,
    sent_at timestamp,
    sent_offset integer,
    date_quality varchar,
    claimed_at timestamp,
    arrived_at timestamp,
    archive_month date,
    sender_name_exact_key varchar,
    sender_name_key varchar,
    sender_address_exact_key varchar,
    sender_address_key varchar,
    sender_login_key varchar,
    sender_name_words smallint,
    sender_name_bag_key varchar,
    sender_domain varchar,
    sender_role boolean,
    sender_quality varchar,
    subject_key varchar,
    is_reply boolean,
    in_reply_to_key varchar,
    reference_keys varchar[],
    size bigint,
    quarantine varchar,
    class varchar,
    class_rule varchar,
    passed_borders integer
)
