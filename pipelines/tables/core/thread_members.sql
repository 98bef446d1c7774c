-- One row per distinct message and community: the thread that it belongs to. Messages that name each other belong together, also over lists, months and messages that are lost; one that names nothing known goes to the message with its subject that came last before it, in the 60 days before, if its own subject says that it is an answer, or if another wrote that one and its sender had not written with that subject in the 60 days, or is answering within three days one that bears no mark of an answer itself (old archives cut them off).
--   community: slug of the community
--   message_key: the message, see core.messages
--   thread_key: key of the oldest message of the thread
--   joined_by: first (it is the oldest), references (named ids lead to the oldest), subject (a step by the same subject does)
with recursive posted as (
    select community, message_key, min(sent_at) as sent_at, bool_or(is_reply) as is_reply, min(subject_key) as subject_key,
        min(sender_key) as sender_key
    from core.postings group by all
), named as (
    select distinct community, message_key, unnest(list_append(reference_keys, in_reply_to_key)) as parent_key from core.postings
), ids as (
    select community, key, row_number() over (order by sent_at nulls last, community, key) as id
    from (
        select community, message_key as key, sent_at from posted
        union all
        select distinct community, parent_key, null::timestamp from named
        where parent_key is not null and (community, parent_key) not in (select (community, message_key) from posted)
    )
), named_ids as materialized (
    select distinct child.id as child, parent.id as parent
    from named
    join ids as child on (child.community, child.key) = (named.community, named.message_key)
    join ids as parent on (parent.community, parent.key) = (named.community, named.parent_key)
    where child.id <> parent.id
), linked as materialized (
    select child as a, parent as b from named_ids union all select parent, child from named_ids
), rooted(id, root) using key (id) as (
    select a, min(b) from linked group by a having min(b) < a
    union
    select rooted.id, older.root from rooted join recurring.rooted as older on older.id = rooted.root
), bridged as materialized (
    select distinct coalesce(from_a.root, a) as a, coalesce(from_b.root, b) as b
    from linked left join rooted as from_a on from_a.id = a left join rooted as from_b on from_b.id = b
    where coalesce(from_a.root, a) <> coalesce(from_b.root, b)
), spread(root, part) using key (root) as (
    select a, least(a, min(b)) from bridged group by a
    union
    -- Grouped before the second join, which would otherwise be tried with all pairs: 33 seconds for 58,500 posts, not 2.
    select reached.a, reached.part
    from (select a, min(spread.part) as part from spread join bridged on b = spread.root group by a) as reached
    join recurring.spread as known on known.root = reached.a
    where reached.part < known.part
), parted as materialized (
    select posted.*, id, coalesce(part, rooted.root, id) as part,
        lag(sent_at) over (partition by posted.community, subject_key, sender_key order by id) as said_before
    from posted join ids on (ids.community, key) = (posted.community, message_key)
    left join rooted using (id) left join spread on spread.root = coalesce(rooted.root, id)
), said_last as (
    select community, subject_key, sent_at, arg_max(part, id) as part, arg_max(sender_key, id) as sender_key,
        arg_max(is_reply, id) as is_reply
    from parted where subject_key is not null and sent_at is not null group by all
), oldest as (
    select * from parted where id = part and subject_key is not null
), stepped as materialized (
    select oldest.part, earlier.part as to_part
    from oldest asof join said_last as earlier
        on earlier.community = oldest.community and earlier.subject_key = oldest.subject_key
        and earlier.sent_at < oldest.sent_at
    where earlier.sent_at >= oldest.sent_at - interval 60 days
        and (oldest.is_reply or earlier.sender_key <> oldest.sender_key
            and (coalesce(said_before < oldest.sent_at - interval 60 days, true)
                or not earlier.is_reply and earlier.sent_at >= oldest.sent_at - interval 3 days))
), climbed(part, top) using key (part) as (
    select part, to_part from stepped
    union
    select climbed.part, next.top from climbed join recurring.climbed as next on next.part = climbed.top
), joined as (
    select *, coalesce(top, part) as whole from parted left join climbed using (part)
)
select community, message_key, first(message_key) over thread as thread_key,
    case when id = whole then 'first' when part = whole then 'references' else 'subject' end as joined_by
from joined
window thread as (partition by whole order by id)
order by community, message_key
