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
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.graph import Nodes, find_components

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
DAY = 86_400_000_000
"""A day in microseconds, the unit of times here."""


class Posts:
    """The messages and the ids that nobody holds, as arrays in the order of time: what is text is a number.

    Times are microseconds. A sender or subject that is missing is -1; `is_held` is False for ids that nobody holds.
    """

    def __init__(self, posts: pa.Table) -> None:
        self.size = len(posts)
        self.is_held = posts["held"].to_numpy()
        self.is_dated = pc.is_valid(posts["sent_at"]).to_numpy()
        self.sent_at = pc.fill_null(posts["sent_at"].cast(pa.timestamp("us")).cast(pa.int64()), 0).to_numpy()
        self.is_reply = pc.fill_null(posts["is_reply"], False).to_numpy()
        self.sender = _number(posts["sender_key"])
        subject = _number(posts["subject_key"])
        self.subject = np.where(subject < 0, -1, subject + _number(posts["community"]) * (self.size + 1))


def _number(texts: pa.ChunkedArray) -> Nodes:
    """Return a number for each text, the same for equal ones; -1 for NULL."""
    encoded = texts.combine_chunks().dictionary_encode()
    return pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)


def _steps(posts: Posts, parts: Nodes) -> tuple[Nodes, Nodes]:
    """Return steps by the same subject: the oldest messages of parts, and the earlier parts that they go to."""
    said = np.flatnonzero(posts.is_held & posts.is_dated & (posts.subject >= 0))
    before = _said_before(posts, said)
    said = said[np.argsort(posts.subject[said], kind="stable")]
    subject, sent_at = posts.subject[said], posts.sent_at[said]
    moments = _begins(subject, sent_at)
    begin = np.maximum.accumulate(np.where(moments, np.arange(len(said)), 0))
    last = np.maximum(begin - 1, 0)
    goes = (parts[said] == said) & (begin > 0) & (subject[last] == subject)
    oldest, earlier = said[goes], said[last[goes]]
    valid = _answers(posts, oldest, earlier, before[oldest])
    return oldest[valid], parts[earlier[valid]]


def _said_before(posts: Posts, said: Nodes) -> Nodes:
    """Return for each message when its sender wrote with its subject before; long ago where never."""
    before = np.full(posts.size, -(2**62), dtype=np.int64)
    said = said[np.lexsort((posts.sender[said], posts.subject[said]))]
    again = ~_begins(posts.subject[said], posts.sender[said])
    before[said[again]] = posts.sent_at[said[np.flatnonzero(again) - 1]]
    return before


def _begins(*keys: Nodes) -> npt.NDArray[np.bool_]:
    """Return where in sorted arrays another combination of keys begins."""
    begins = np.ones(len(keys[0]), dtype=bool)
    begins[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return begins


def _answers(posts: Posts, later: Nodes, earlier: Nodes, before: Nodes) -> npt.NDArray[np.bool_]:
    """Return whether each message belongs to the earlier one with its subject."""
    sent_at, senders = posts.sent_at[later], (posts.sender[later], posts.sender[earlier])
    pause = sent_at - posts.sent_at[earlier]
    another = (senders[0] != senders[1]) & (senders[0] >= 0) & (senders[1] >= 0)
    first_time = before < sent_at - 60 * DAY
    soon = ~posts.is_reply[earlier] & (pause <= 3 * DAY)
    return (pause <= 60 * DAY) & (posts.is_reply[later] | another & (first_time | soon))


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the parts that named ids connect, then the threads that steps by subject connect."""
    con.execute(NAMES)
    con.execute(POSTS)
    named = con.sql(NAMED).to_arrow_table()
    con.execute("drop table thread_names")
    keys = con.sql("select community, message_key from thread_posts").to_arrow_table()
    posts = Posts(con.sql("select * exclude (id, message_key) from thread_posts").to_arrow_table())
    con.execute("drop table thread_posts")
    parts = find_components(posts.size, named["child"].to_numpy(), named["parent"].to_numpy())
    wholes = find_components(posts.size, *_steps(posts, parts))[parts]
    return _members(keys, np.flatnonzero(posts.is_held), parts, wholes)


def _members(keys: pa.Table, held: Nodes, parts: Nodes, wholes: Nodes) -> pa.Table:
    first = np.zeros(len(keys), dtype=np.int64)
    first[wholes[held][::-1]] = held[::-1]
    joined_by = np.where(held == wholes[held], 0, np.where(parts[held] == wholes[held], 1, 2)).astype(np.int8)
    members = keys.take(pa.array(held))
    thread_keys = keys["message_key"].take(pa.array(first[wholes[held]]))
    return members.append_column("thread_key", thread_keys).append_column(
        "joined_by", pa.array(["first", "references", "subject"]).take(pa.array(joined_by))
    )
