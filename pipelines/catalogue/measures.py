"""What a dated count counts: the measures of measures.toml, and the days on which a definition changed."""

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from pipelines.folders import RULES

MEASURES_FILE = RULES / "measures.toml"
REGISTERED = "registered"
KINDS = (REGISTERED, "subscribed", "active", "committing", "attention")


@dataclass(frozen=True)
class Published:
    """What data/history calls figures of a measure: metric and definition."""

    metric: str
    definition: str


@dataclass(frozen=True)
class Break:
    """A day from which on a community's counts of a measure mean something else, and what."""

    community: str
    day: date
    what: str


@dataclass(frozen=True)
class Measure:
    """One measure, told by one kind of source; counts of two communities can be compared where it is `comparable`."""

    name: str
    kind: str
    told_by: str
    unit: str
    definition: str
    comparable: bool
    published: tuple[Published, ...] = ()
    breaks: tuple[Break, ...] = ()


def load(path: Path = MEASURES_FILE) -> dict[str, Measure]:
    """Read the measures by name, in the order of the file; raises KeyError, TypeError or ValueError for a wrong one."""
    known: dict[str, Measure] = {}
    for facts in tomllib.loads(path.read_text(encoding="utf-8"))["measure"]:
        published = tuple(Published(**block) for block in facts.get("published", ()))
        breaks = tuple(Break(**block) for block in facts.get("breaks", ()))
        measure = Measure(**facts | {"published": published, "breaks": breaks})
        empty = [field.name for field in fields(measure)[:5] if not getattr(measure, field.name)]
        if measure.kind not in KINDS or empty or known.setdefault(measure.name, measure) is not measure:
            raise ValueError(f"{measure.name}: a measure stands once, says what it is, and is of a kind of {KINDS}")
    return known


def registered() -> list[str]:
    """Return the names of the measures that count who is registered."""
    return [name for name, measure in load().items() if measure.kind == REGISTERED]
