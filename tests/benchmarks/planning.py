"""Measure how long the plan of a night takes for many invented communities, in CPU seconds and memory.

    uv run python tests/benchmarks/planning.py FOLDER COMMUNITIES [OBJECTS]

Each community has a repository on a forge that a third of them share, and a list on a host of its own; each source was
visited on the last three nights. A night reads the catalogue and the hosts that were silent, groups the sources by
host, and gives each group its turn; here a turn takes no time. With OBJECTS the memory of a store with so many objects
is filled and compared with a list of them, as a run does before it brings anything.
"""

import argparse
import os
import resource
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time, sleep

sys.path.insert(0, str(Path(__file__).parents[2]))

from flows import hosts
from flows.visiting import silent_hosts
from pipelines.catalogue.kept import SETTLED
from pipelines.catalogue.load import keep_catalogue, load_catalogue
from pipelines.folders import folders
from pipelines.landing.held import Held
from pipelines.landing.mirror import _side_by_side
from pipelines.landing.store import Entry
from pipelines.landing.visits import visit_to_json
from pipelines.model import Verdict, Visit

FILE = """name = "Community {n}"
homepage = "https://c{n}.example.org/"
born = 2010-01-01

[[sources]]
name = "core"
kind = "git"
urls = ["git+https://forge{forge}.example.org/c{n}/one"]
since = 2010-01-01
why = "Invented."

[[sources]]
name = "dev"
kind = "pipermail"
urls = ["https://lists{n}.example.org/pipermail/dev/"]
address = "dev@lists{n}.example.org"
since = 2010-01-01
why = "Invented."
"""
NIGHTS = 3


def make(where, number):
    """Write the community files, and the visits of the last nights."""
    where.communities.mkdir(parents=True, exist_ok=True)
    for n in range(number):
        path = where.communities / f"c{n}.toml"
        path.write_text(FILE.format(n=n, forge="" if n % 3 == 0 else n))
    now = datetime.now(UTC).replace(microsecond=0)
    for n in range(number):
        for source, kind, host in (("core", "git", f"forge{n}"), ("dev", "pipermail", f"lists{n}")):
            lines = [
                visit_to_json(Visit(f"c{n}", source, kind, "one", f"https://{host}.example.org/",
                                    now - timedelta(hours=20 * night + 1), Verdict.UNCHANGED))
                for night in range(NIGHTS)
            ]  # fmt: skip
            folder = where.visits / f"c{n}" / source
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{now:%Y-%m}.jsonl").write_text("\n".join(lines) + "\n")


def plan(where):
    """Plan a night: print what each step takes."""
    with timed("the catalogue, read from its files"):
        load_catalogue(where.communities)
    sleep(SETTLED / 1e9)
    keep_catalogue(where)
    with timed("the catalogue, as the last run kept it"):
        declared = load_catalogue(where.communities)
    sources = [source for community in declared for source in community.sources if source.visited]
    with timed("hosts that were silent"):
        silent = silent_hosts(where)
    with timed("groups"):
        groups = hosts.groups_of(sources)
    queue = hosts.HostQueue(groups, False, silent)
    queue.known = {host for group in groups for host in group.hosts}
    with timed(f"{len(groups):,} turns"):
        while group := queue.take():
            queue.finish(group, hosts.Outcome())


def compare(path, number):
    """Compare a list of a store with what is known of it."""
    held = Held(path, "s3://invented")
    key = "observations/c{:05}/core/u{:06}.parquet".format
    keys = (key(n // 1000, n % 1000) for n in range(number))
    with timed(f"{number:,} objects noted"):
        held._base.execute("begin")
        held._base.executemany("insert into held values (?, 'e', 'l')", ((one,) for one in keys))
        held._base.execute("commit")
    entries = (Entry(key(n // 1000, n % 1000), 1, "e", datetime.now(UTC)) for n in range(number))
    with timed(f"{number:,} objects compared"):
        assert all(row and entry and row.etag == entry.etag
                   for entry, row in _side_by_side(entries, held.rows("observations/")))  # fmt: skip


class timed:  # noqa: N801 - it reads as a word of the language
    """Print the CPU seconds of a step, and the most memory so far."""

    def __init__(self, what):
        self.what = what

    def __enter__(self):
        self.started = process_time()

    def __exit__(self, *_):
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{self.what}: {process_time() - self.started:.1f} CPU seconds, {memory} MB", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("communities", type=int)
    parser.add_argument("objects", type=int, nargs="?", default=0)
    given = parser.parse_args()
    os.environ |= {
        "STACKRANK_DATA": str(given.folder / "data"),
        "STACKRANK_COMMUNITIES": str(given.folder / "communities"),
    }
    where = folders()
    make(where, given.communities)
    plan(where)
    if given.objects:
        compare(given.folder / "store.sqlite", given.objects)
