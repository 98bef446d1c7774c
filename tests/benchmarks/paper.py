"""Compute the plan on paper of flows/CLUSTER.md: what many communities take on a cluster, from measured figures.

    uv run python tests/benchmarks/paper.py [--communities 10000] [--messages 1000000000] [--workers 50]
        [--write 5] [--read 0.4] [--keep 0.023]

What was measured stands in MEASURED, with where; what is assumed stands in ASSUMED. Nothing is asked of any machine.
Prices are yours to set: dollars for a million writes or lists, for a million reads, and for a GB and month.
"""

import argparse
from dataclasses import dataclass

MEASURED = {
    "bytes a message as it is served": 650,  # tests/README.md, Mail: 130 MB for 200,000 short messages
    "bytes a message in Parquet": 184,  # the demo's mail: 4.28 MB for 23,268 messages
    "bytes a commit in Parquet": 86,  # eleven histories: 24.3 MB for 282,244 commits
    "CPU seconds a million messages read": 19.8,  # tests/README.md, Mail: 3.96 for 200,000
    "CPU seconds a million commits read": 57.8,  # tests/README.md, Commits: 16.3 for 282,244
    "CPU seconds a lane without news": 2.0,  # tests/README.md, Commits: a run without news
    "CPU seconds a million rows built": 67.3,  # tests/README.md, Builds: 202 for 3,000,000
    "CPU seconds a community's pages": 0.117,  # tests/README.md, Builds: 117 for a site of 1,000
    "MB of site a community": 0.295,  # as above: 295 MB
}
"""Figures of tests/README.md, on two cores that others used too."""
ASSUMED = {
    "repositories a community": 5, "commits a repository": 1_000, "lists a community": 3, "months a list": 120,
    "a community in so many on the shared forge": 3, "lanes of the shared forge": 4, "threads a worker": 4,
    "months of a list asked a night": 2,
}  # fmt: skip
UNITS_PER_HOST, DELAY = 200, 2.0
"""spiders/settings.py: units of a host in a night, and seconds between two requests."""
GIT_REQUESTS, LEASE_BEATS_AN_HOUR = 3, 360
LISTS_A_SOURCE = 4
"""A lane lists three prefixes of each of its sources, and the night lists the visits."""
WRITE, READ, KEEP = 5.0, 0.4, 0.023
"""Dollars, as Amazon S3 Standard in us-east-1 was listed: from memory in November 2026, and as third parties wrote in
2022 and 2024 of what is kept. Amazon's own page was not read. A list of objects costs as much as a write."""


@dataclass(frozen=True)
class Size:
    """What there is."""

    communities: int
    messages: int
    workers: int
    write: float
    read: float
    keep: float

    @property
    def repositories(self) -> int:
        return self.communities * ASSUMED["repositories a community"]

    @property
    def lists(self) -> int:
        return self.communities * ASSUMED["lists a community"]

    @property
    def sources(self) -> int:
        """Each list is one, and so are all repositories of a community."""
        return self.lists + self.communities

    @property
    def months(self) -> int:
        return self.lists * ASSUMED["months a list"]

    @property
    def commits(self) -> int:
        return self.repositories * ASSUMED["commits a repository"]

    @property
    def lanes(self) -> int:
        """Each community has a host of lists; those that are not on the shared forge have one of repositories."""
        shared = ASSUMED["a community in so many on the shared forge"]
        return self.communities + self.communities * (shared - 1) // shared + ASSUMED["lanes of the shared forge"]

    @property
    def shared_repositories(self) -> int:
        return self.repositories // ASSUMED["a community in so many on the shared forge"]

    @property
    def nights_of_shared_forge(self) -> float:
        return self.shared_repositories / (UNITS_PER_HOST * ASSUMED["lanes of the shared forge"])


def hours(cpu_seconds: float, processors: int) -> float:
    return cpu_seconds / processors / 3600


def first_load(of: Size) -> list[tuple[str, str, str]]:
    requests = of.repositories * GIT_REQUESTS + of.lists + of.months
    cpu = of.messages / 1e6 * MEASURED["CPU seconds a million messages read"]
    cpu += of.commits / 1e6 * MEASURED["CPU seconds a million commits read"]
    stored = of.messages * MEASURED["bytes a message in Parquet"] + of.commits * MEASURED["bytes a commit in Parquet"]
    objects = of.repositories + of.months
    a_list_host = ASSUMED["lists a community"] * ASSUMED["months a list"]
    return [
        ("requests to hosts", f"{requests:,}", "one for each month of a list, three for each repository"),
        ("bytes from lists", f"{of.messages * MEASURED['bytes a message as it is served'] / 1e9:,.0f} GB",
         "short messages; long ones are nine times as large"),
        ("nights, most hosts", f"{a_list_host / UNITS_PER_HOST:.1f}",
         f"{a_list_host} months of a host, {UNITS_PER_HOST} units a night"),
        ("nights, the shared forge", f"{of.nights_of_shared_forge:.0f}",
         f"{of.shared_repositories:,} repositories, {ASSUMED['lanes of the shared forge']} lanes: the bottleneck"),
        ("reading, hours", f"{hours(cpu, of.workers):.2f}", f"{cpu / 3600:.1f} CPU hours on {of.workers} workers"),
        ("objects", f"{objects:,}", "one for each unit"),
        ("bytes in the store", f"{stored / 1e9:,.0f} GB", f"${stored / 1e9 * of.keep:,.2f} a month"),
        ("writes", f"${objects * of.write / 1e6:,.0f}", "once"),
    ]  # fmt: skip


def quiet_night(of: Size) -> list[tuple[str, str, str]]:
    months = of.lists * ASSUMED["months of a list asked a night"]
    asked = of.repositories - of.shared_repositories + UNITS_PER_HOST * ASSUMED["lanes of the shared forge"]
    requests = asked + of.lists + months
    starts = of.lanes * MEASURED["CPU seconds a lane without news"]
    at_a_time = of.workers * ASSUMED["threads a worker"]
    a_lane = (ASSUMED["lists a community"] * (1 + ASSUMED["months of a list asked a night"])) * DELAY
    waits = of.lanes * a_lane / at_a_time / 3600
    shared = UNITS_PER_HOST * DELAY / 3600
    beats = at_a_time * LEASE_BEATS_AN_HOUR * max(waits, hours(starts, of.workers), shared)
    listed = (of.repositories + of.months) / 1000
    lists = of.sources * LISTS_A_SOURCE
    return [
        ("requests to hosts", f"{requests:,}", "index and two months of each list, one for each repository asked"),
        ("lanes", f"{of.lanes:,}", f"{at_a_time} at a time"),
        ("pauses, hours", f"{waits:.2f}", f"{a_lane:.0f} seconds a lane, {DELAY:.0f} between two requests"),
        ("starts of spiders, hours", f"{hours(starts, of.workers):.2f}", f"{starts / 3600:.1f} CPU hours"),
        ("the shared forge, hours", f"{shared:.2f}", f"{UNITS_PER_HOST} units a lane; each repository is asked every "
         f"{of.nights_of_shared_forge:.0f} nights: the bottleneck"),
        ("money for leases", f"${beats * (2 * of.write + of.read) / 1e6:,.2f}",
         f"{beats:,.0f} beats, each lists, reads and writes"),
        ("money for lists of objects", f"${3 * listed * of.write / 1e6:,.2f}",
         f"{listed:,.0f} pages, three times a night"),
        ("money for lists of lanes", f"${lists * of.write / 1e6:,.2f}", f"{lists:,} lists, {LISTS_A_SOURCE} a source"),
    ]  # fmt: skip


def build(of: Size) -> list[tuple[str, str, str]]:
    rows = of.messages + of.commits
    cpu = rows / 1e6 * MEASURED["CPU seconds a million rows built"]
    one = cpu / of.communities
    pages = of.communities * MEASURED["CPU seconds a community's pages"]
    return [
        ("all core tables, hours", f"{hours(cpu, of.workers):.2f}", f"{cpu / 3600:.1f} CPU hours, a task a community"),
        ("one changed community, CPU seconds", f"{one:.1f}", f"{rows // of.communities:,} rows"),
        ("site, hours", f"{hours(pages, 1):.2f}", "one machine; linear from 1,000 communities, not measured beyond"),
        ("site, bytes", f"{of.communities * MEASURED['MB of site a community'] / 1000:.1f} GB", "as above"),
        ("metrics and rankings", "not measured", f"one process over {rows / 1e9:.2f} billion rows: the bottleneck"),
    ]


STEPS = {"First load": first_load, "A quiet night": quiet_night, "Build": build}


def plan(of: Size) -> str:
    """Return the tables of all steps as Markdown."""
    parts = []
    for title, step in STEPS.items():
        rows = "\n".join(f"| {what} | {figure} | {why} |" for what, figure, why in step(of))
        parts.append(f"| {title} | figure | how |\n|---|---|---|\n{rows}")
    return "\n\n".join(parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--communities", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=1_000_000_000)
    parser.add_argument("--workers", type=int, default=50)
    parser.add_argument("--write", type=float, default=WRITE)
    parser.add_argument("--read", type=float, default=READ)
    parser.add_argument("--keep", type=float, default=KEEP)
    print(plan(Size(**vars(parser.parse_args()))))
