"""One row per distinct message and community: the thread that it belongs to.

Messages that name each other belong together, also over lists, months and messages that are lost. One that names
nothing known goes to the message with its subject that came last before it, in the 60 days before. It does so if its
own subject says that it is an answer. It also does so if another wrote that one, and its sender had not written with
that subject in the 60 days, or answers within three days one that bears no mark of an answer (old archives cut these).

community: slug of the community
message_key: the message, see core.messages
thread_key: key of the oldest message of the thread
joined_by: first (it is the oldest), references (named ids lead to the oldest), subject (a step by the same subject
    does)
"""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipelines.graph import find_components

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READS = ("core.postings",)
NAMES = """
create temp table thread_names as
select distinct community, message_key, unnest(list_append(reference_keys, in_reply_to_key)) as parent_key
from core.postings
"""
POSTS = """
create temp table thread_posts as
with posted as (
    select community, message_key, min(sent_at) as sent_at, bool_or(is_reply) as is_reply,
        min(subject_key) as subject_key, min(sender_key) as sender_key
    from core.postings group by all
), keys as (
    select community, message_key, sent_at, is_reply, subject_key, sender_key, true as held from posted
    union all by name
    select distinct community, parent_key as message_key, false as held from thread_names
    where parent_key is not null and (community, parent_key) not in (select (community, message_key) from posted)
)
select *, row_number() over (order by sent_at nulls last, community, message_key) - 1 as id from keys
"""
"""Every message, and every id that a message names but nobody holds, oldest first."""
NAMED = """
select child.id as child, parent.id as parent
from thread_names as named
join thread_posts as child using (community, message_key)
join thread_posts as parent on (parent.community, parent.message_key) = (named.community, named.parent_key)
"""
STEPS = """
with parted as (
    select thread_posts.*, part,
        lag(sent_at) over (partition by community, subject_key, sender_key order by id) as said_before
    from thread_posts join thread_parts using (id) where held
), said_last as (
    select community, subject_key, sent_at, arg_max(part, id) as part, arg_max(sender_key, id) as sender_key,
        arg_max(is_reply, id) as is_reply
    from parted where subject_key is not null and sent_at is not null group by all
), oldest as (
    select * from parted where id = part and subject_key is not null
)
select oldest.part, earlier.part as to_part
from oldest asof join said_last as earlier
    on earlier.community = oldest.community and earlier.subject_key = oldest.subject_key
    and earlier.sent_at < oldest.sent_at
where earlier.sent_at >= oldest.sent_at - interval 60 days
    and (oldest.is_reply or earlier.sender_key <> oldest.sender_key
        and (coalesce(said_before < oldest.sent_at - interval 60 days, true)
            or not earlier.is_reply and earlier.sent_at >= oldest.sent_at - interval 3 days))
"""
"""Steps by the same subject, from the oldest message of a part to an earlier part."""
MEMBERS = """
select community, message_key, first(message_key) over thread as thread_key,
    case when id = whole then 'first' when part = whole then 'references' else 'subject' end as joined_by
from thread_posts join thread_parts using (id) where held
window thread as (partition by whole order by id)
order by community, message_key
"""


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the parts that named ids connect, then the threads that steps by subject connect."""
    con.execute(NAMES)
    con.execute(POSTS)
    posts = len(con.table("thread_posts"))
    named = con.sql(NAMED).to_arrow_table()
    parts = find_components(posts, named["child"].to_numpy(), named["parent"].to_numpy())
    ids = np.arange(posts)
    con.register("thread_parts", pa.table({"id": ids, "part": parts}))
    steps = con.sql(STEPS).to_arrow_table()
    wholes = find_components(posts, steps["part"].to_numpy(), steps["to_part"].to_numpy())[parts]
    con.register("thread_parts", pa.table({"id": ids, "part": parts, "whole": wholes}))
    members = con.sql(MEMBERS).to_arrow_table()
    con.unregister("thread_parts")
    con.execute("drop table thread_names; drop table thread_posts")
    return members
