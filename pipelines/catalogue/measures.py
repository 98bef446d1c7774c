"""What a dated count counts: the measures of measures.toml, and the days on which a definition changed."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, with_config

from pipelines.catalogue.field_types import Day, Flag, OneLine, OneOf, TomlTable, blocks, distinct
from pipelines.catalogue.toml_files import read_toml
from pipelines.folders import RULES

MEASURES_FILE = RULES / "measures.toml"
REGISTERED = "registered"
KINDS = (REGISTERED, "subscribed", "active", "committing", "attention")


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Published:
    """What data/history calls figures of a measure: metric and definition."""

    metric: OneLine
    definition: OneLine


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Break:
    """A day from which on a community's counts of a measure mean something else, and what."""

    community: OneLine
    day: Day
    what: OneLine


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Measure:
    """One measure, stated by one kind of source; counts of two communities can be compared where it is `comparable`."""

    name: OneLine
    kind: Annotated[OneLine, OneOf("kind", KINDS)]
    source_kind: OneLine
    unit: OneLine
    definition: OneLine
    comparable: Flag
    published: Annotated[tuple[Published, ...], blocks("measure.published")] = ()
    breaks: Annotated[tuple[Break, ...], blocks("measure.breaks")] = ()


class MeasuresFile(TomlTable):
    """The content of measures.toml."""

    measure: Annotated[tuple[Measure, ...], blocks("measure"), distinct("name")]


def load(path: Path = MEASURES_FILE) -> dict[str, Measure]:
    """Return the measures by name, in the order of the file; raises WrongFileError."""
    return {measure.name: measure for measure in read_toml(path, MeasuresFile).measure}


@cache
def registered() -> tuple[str, ...]:
    """Return the names of the measures that count who is registered."""
    return tuple(name for name, measure in load().items() if measure.kind == REGISTERED)
