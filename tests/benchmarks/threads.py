"""What putting messages into threads takes: the build's own table over invented messages.

    uv run python tests/benchmarks/threads.py [--messages N]

A third of the messages begin a thread; of the others each answers one of the two hundred before it, one in ten by its
subject alone. Prints one line: seconds, CPU seconds, peak memory of this process when the table is made, messages,
threads.
"""

import argparse
import resource
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipelines.warehouse.communities import AS_WRITTEN
from pipelines.warehouse.engine import limit_memory, open_engine
from pipelines.warehouse.tables import create_table, literal, read_tables
from pipelines.without_pandas import without_pandas

MESSAGES = """
create table core.postings as
with drawn as (
    select i, i % 3 = 0 as begins, i - 1 - hash(i) % 200 as answered,
        hash(i, 'sender') % ($messages // 50 + 1) as sender
    from range($messages) as invented(i)
)
select 'birds' as community, 'dev' as source, 'dev' as place, md5(i::varchar) as message_key,
    timestamp '2010-01-01' + to_minutes(5 * i) as sent_at, not begins as is_reply,
    md5('subject' || if(begins or i % 10 = 1, i, answered)) as subject_key, md5('sender' || sender) as sender_key,
    if(begins or i % 10 = 1 or answered < 0, null, md5(answered::varchar)) as in_reply_to_key,
    if(begins or i % 10 = 1 or answered < 0, []::varchar[], [md5(answered::varchar)]) as reference_keys
from drawn
"""


def main() -> None:
    """Put so many messages into threads and print what that took."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/threads.py", description=__doc__.splitlines()[0])
    top.add_argument("--messages", type=int, default=1_000_000, metavar="N", help="how many (default: 1,000,000)")
    wanted = top.parse_args().messages
    with (
        without_pandas(),
        tempfile.TemporaryDirectory(prefix="stackrank-benchmark-") as work,
        closing(open_engine(work)) as con,
    ):
        con.execute(f"set disabled_optimizers = {literal(AS_WRITTEN)}")
        con.execute("create schema core; create schema raw")
        con.execute("create table raw.sources (community varchar, source varchar, shown_only boolean)")
        con.execute(MESSAGES, {"messages": wanted})
        (members,) = (table for table in read_tables() if table.name == "core.thread_members")
        limit_memory(con)
        begun = time.monotonic(), time.process_time()
        create_table(con, members)
        seconds, cpu = time.monotonic() - begun[0], time.process_time() - begun[1]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        (threads,) = con.execute("select count(distinct thread_key) from core.thread_members").fetchone()
    print(f"{wanted:,} messages are {threads:,} threads: {seconds:.1f} s, {cpu:.1f} CPU s, peak {peak:,.0f} MB")


if __name__ == "__main__":
    main()
