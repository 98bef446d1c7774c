"""One row per distinct message and community: the thread that it belongs to. Lists that are shown only have no row.

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

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.graph import Nodes, find_components

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

READS = ("core.postings", "raw.sources")
POSTS = """
create temp table thread_posts as
with numbered as not materialized (
    select *, rowid as posting, hash(community, message_key) as number from core.postings
    anti join (from raw.sources where shown_only) as apart using (community, source)
), again as materialized (
    select number from numbered group by number having count(*) > 1
), posted as not materialized (
    select community, message_key, number, posting, sent_at, is_reply, subject_key, sender_key
    from numbered anti join again using (number)
    union all
    select community, message_key, number, min(posting), min(sent_at), bool_or(is_reply), min(subject_key),
        min(sender_key)
    from numbered semi join again using (number) group by community, message_key, number
), numbers as not materialized (
    select community, message_key, posting, number, sent_at, coalesce(is_reply, false) as is_reply,
        if(subject_key is null, -1, (hash(community, subject_key) >> 1)::bigint) as subject,
        if(sender_key is null, -1, (hash(sender_key) >> 1)::bigint) as sender,
        (hash(community, subject_key, sender_key) >> 1)::bigint as voice
    from posted order by sent_at nulls last, community, message_key
)
select row_number() over () - 1 as id, * exclude (community, message_key, sent_at),
    coalesce(epoch_us(sent_at), 0) as sent_at, sent_at is not null as is_dated
from numbers
"""
"""Every message, oldest first, in numbers: what is text has the hash of 64 bits by which DuckDB joins."""
NAMED = """
with named as not materialized (
    select hash(community, message_key) as child, hash(community, in_reply_to_key) as parent
    from core.postings where in_reply_to_key is not null and in_reply_to_key is distinct from reference_keys[-1]
    union all
    select child, hash(community, parent_key)
    from (
        select hash(community, message_key) as child, community, unnest(reference_keys) as parent_key
        from core.postings
    )
    where parent_key is not null
)
select child.id as child, coalesce(parent.id, -1) as parent, named.parent as number
from named join thread_posts as child on child.number = named.child
left join thread_posts as parent on parent.number = named.parent
"""
"""Which message names which id; the parent is -1 where nobody holds that."""
SELECT = """
select message.community, message.message_key, first.message_key as thread_key,
    case joined_by when 0 then 'first' when 1 then 'references' else 'subject' end as joined_by
from core.postings as message join computed on computed.posting = message.rowid
join (select rowid as posting, message_key from core.postings semi join computed on computed.first = rowid) as first
    on first.posting = computed.first
"""
Booleans: TypeAlias = npt.NDArray[np.bool_]
DAY = 86_400_000_000
"""A day in microseconds, the unit of times here."""


class Posts(NamedTuple):
    """The messages as arrays in the order of time. Times are microseconds; a missing sender or subject is -1.

    A voice is who writes with which subject.
    """

    posting: Nodes
    sent_at: Nodes
    is_dated: Booleans
    is_reply: Booleans
    sender: Nodes
    subject: Nodes
    voice: Nodes


def _steps(posts: Posts, parts: Nodes) -> tuple[Nodes, Nodes]:
    """Return steps by the same subject: the oldest messages of parts, and the earlier parts that they go to."""
    said = np.flatnonzero(posts.is_dated & (posts.subject >= 0))
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
    before = np.full(len(posts.sent_at), -(2**62), dtype=np.int64)
    said = said[np.argsort(posts.voice[said], kind="stable")]
    again = ~_begins(posts.voice[said])
    before[said[again]] = posts.sent_at[said[np.flatnonzero(again) - 1]]
    return before


def _begins(*keys: Nodes) -> Booleans:
    """Return where in sorted arrays another combination of keys begins."""
    begins = np.ones(len(keys[0]), dtype=bool)
    begins[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return begins


def _answers(posts: Posts, later: Nodes, earlier: Nodes, before: Nodes) -> Booleans:
    """Return whether each message belongs to the earlier one with its subject."""
    sent_at, senders = posts.sent_at[later], (posts.sender[later], posts.sender[earlier])
    pause = sent_at - posts.sent_at[earlier]
    another = (senders[0] != senders[1]) & (senders[0] >= 0) & (senders[1] >= 0)
    first_time = before < sent_at - 60 * DAY
    soon = ~posts.is_reply[earlier] & (pause <= 3 * DAY)
    return (pause <= 60 * DAY) & (posts.is_reply[later] | another & (first_time | soon))


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Compute the parts that named ids connect, then the threads that steps by subject connect; SELECT names them."""
    con.execute(POSTS)
    parts = _parts(len(con.table("thread_posts")), *con.sql(NAMED).fetchnumpy().values())
    posts = Posts(**con.sql(f"select {', '.join(Posts._fields)} from thread_posts order by id").fetchnumpy())
    con.execute("drop table thread_posts")
    wholes = find_components(len(parts), *_steps(posts, parts))[parts]
    joined_by = np.where(np.arange(len(parts)) == wholes, 0, np.where(parts == wholes, 1, 2))
    return pa.table({"posting": posts.posting, "first": posts.posting[wholes], "joined_by": joined_by.astype(np.int8)})


def _parts(size: int, child: Nodes, parent: Nodes, number: npt.NDArray[np.uint64]) -> Nodes:
    """Return for each message the oldest one of those that named ids connect; ids that nobody holds connect too."""
    lost = parent < 0
    lost_ids, of_lost = np.unique(number[lost], return_inverse=True)
    parent[lost] = size + of_lost
    return find_components(size + len(lost_ids), child, parent)[:size]
