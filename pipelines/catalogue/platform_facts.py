"""The topics of the page that compares the platforms, its two times, and the image formats that facts may name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from pydantic import ConfigDict, with_config

from pipelines.catalogue.field_types import OneLine, TomlTable, blocks, distinct
from pipelines.catalogue.toml_files import read_toml
from pipelines.folders import RULES

FORMATS_FILE = RULES / "image-formats.toml"
HYPERVISORS_FILE = RULES / "hypervisors.toml"

TOPICS: Mapping[str, tuple[str, str]] = {
    "origin": ("Origin", "Who began it, and in whose hands it has been."),
    "licence": ("Licence", "The licence of the core."),
    "first-release": ("First release", "The first version that came out."),
    "release": ("Release", "The newest release of the time."),
    "cadence": ("Cadence", "How often a new line of versions comes out."),
    "core-services": ("Core services", "The parts that make a cloud of it."),
    "hypervisors": (
        "Hypervisors, native",
        "What drivers of the project's own tree run machines on; containers and bare metal are named as such.",
    ),
    "hypervisors-hosted": (
        "Hypervisors, hosted or by add-on",
        "Those that are programs of an ordinary system without the processor's help, and those that need an add-on"
        " from outside the tree.",
    ),
    "image-formats": ("Image formats", "Disk images, and what wraps them, that it takes."),
    "api": ("API", "How programs speak to it."),
    "countries": ("Countries", "In how many countries its people are, as somebody published it, with the definition."),
    "members": ("Members", "How many members it has, as somebody published it, with the definition."),
}
"""The closed list of topics: the heading of each, and what it asks."""
TIMELESS = ("origin", "first-release")
OF_RELEASES = ("first-release", "release")
THEN, TODAY = "2013", "today"
FOUNDING_YEARS_END = "2015"
"""The founding comparisons are of the years before; what is said of these stands under 2013."""

_AS_OF = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2]))?")


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class ImageFormat:
    """One image format: its name as facts write it, one sentence that says what it is, and where that stands."""

    name: OneLine
    meaning: OneLine
    source: OneLine


class FormatsFile(TomlTable):
    """The content of image-formats.toml."""

    format: Annotated[tuple[ImageFormat, ...], blocks("format"), distinct("name")]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Hypervisor:
    """One hypervisor: its name, and how values of facts that mean it begin."""

    name: OneLine
    begins: tuple[OneLine, ...]


class HypervisorsFile(TomlTable):
    """The content of hypervisors.toml."""

    hypervisor: Annotated[tuple[Hypervisor, ...], blocks("hypervisor"), distinct("name")]


def period_of(as_of: str | None) -> str | None:
    """Return the time that a fact stands for, `2013` or `today`; None for one that is true of all times."""
    return None if as_of is None else THEN if as_of < FOUNDING_YEARS_END else TODAY


def is_time(text: str) -> bool:
    """Return whether a text is a year or a month, `2013` or `2013-11`."""
    return bool(_AS_OF.fullmatch(text))


@cache
def formats() -> tuple[ImageFormat, ...]:
    """Return the image formats in the order of the file; raises WrongFileError."""
    return read_toml(FORMATS_FILE, FormatsFile).format


@cache
def hypervisors() -> tuple[Hypervisor, ...]:
    """Return the hypervisors in the order of the file; raises WrongFileError."""
    return read_toml(HYPERVISORS_FILE, HypervisorsFile).hypervisor
