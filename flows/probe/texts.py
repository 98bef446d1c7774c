"""What a probe prints: a table of outcomes, the first night, the first rows, or all of it as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flows.probe import first_night
from flows.probe.first_night import FirstNight
from flows.probe.run import Probed
from pipelines.asserted import Asserted
from pipelines.files import FORMAT
from pipelines.model import Source

UNKNOWN = "?"
MEGA, KILO = 1e6, 1e3


def as_table(probed: Sequence[Probed]) -> Iterator[str]:
    """Yield a line for each assertion about each source, then how many have which outcome."""
    rows = [
        (found.source.id, one.outcome, one.name, f"{one.text} {one.how}".strip())
        for found in probed for one in found.outcomes
    ]  # fmt: skip
    yield from _columns(("SOURCE", "OUTCOME", "ASSERTION", "WHAT IS ASSUMED, AND WHAT CAME"), rows)
    counts = Counter(one.outcome for found in probed for one in found.outcomes)
    yield ", ".join(f"{counts[outcome]} {outcome}" for outcome in Asserted)


def first_night_table(probed: Sequence[Probed]) -> Iterator[str]:
    """Yield what the first runs would ask of each source, and of each host."""
    head = ("FIRST RUNS OF", "UNITS", "REQUESTS", "NIGHTS", "BYTES")
    yield from _columns(head, [_night(_named(found.source), first_night.of_source(found)) for found in probed])
    yield ""
    hosts = first_night.by_host(probed)
    yield from _columns(("HOST", *head[1:]), [_night(host, night) for host, night in hosts.items()])


def _named(source: Source) -> str:
    return f"{source.id} (on demand)" if source.on_demand else source.id


def _night(name: str, night: FirstNight) -> tuple[str, ...]:
    numbers = (night.units, night.requests, night.nights)
    return name, *(UNKNOWN if number is None else f"{number:,}" for number in numbers), _bytes(night.size)


def _bytes(size: int | None) -> str:
    if size is None:
        return UNKNOWN
    return f"about {size / MEGA:,.1f} MB" if size >= MEGA else f"about {size / KILO:,.1f} kB"


def rows_table(probed: Sequence[Probed]) -> Iterator[str]:
    """Yield the first rows of each unit that came."""
    for found in probed:
        for unit in found.rows:
            yield f"{found.source.id} {unit.unit}: {unit.total:,} {unit.kind}"
            names = tuple(unit.rows[0]) if unit.rows else ()
            yield from (f"  {line}" for line in _columns(names, [tuple(row.values()) for row in unit.rows]))


def _columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield lines with columns of equal width; the last one is as wide as it is."""
    table = [tuple(map(str, row)) for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)][:-1]
    for *cells, last in (row for row in table if row):
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)), last]).rstrip()


def as_json(probed: Sequence[Probed], asked_at: datetime) -> str:
    """Return all that a probe found as JSON; no body of an answer is in it."""
    hosts = {host: asdict(night) for host, night in first_night.by_host(probed).items()}
    known = {"format": FORMAT, "asked_at": asked_at.isoformat(timespec="seconds")}
    return json.dumps(known | {"sources": [_facts(found) for found in probed], "hosts": hosts}, indent=1)


def _facts(found: Probed) -> dict[str, Any]:
    return {
        "source": found.source.id,
        "kind": found.source.kind,
        "outcomes": [asdict(one) for one in found.outcomes],
        "first_night": asdict(first_night.of_source(found)),
        "answers": list(found.answers),
        "rows": [unit._asdict() for unit in found.rows],
    }
