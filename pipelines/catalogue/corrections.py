"""Read data/corrections.toml: known errors of sources, each with the guard that ends it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Strict, model_validator

from pipelines.catalogue.field_types import Day, OneLine, Slug, TomlTable, blocks, distinct, matches
from pipelines.catalogue.toml_files import WrongFileError, nearest, read_toml


@dataclass(frozen=True)
class Correction:
    """Events of a source that are left out because the source is wrong about them.

    They are those of `unit` (None: of all units) from `first` to `last`, UTC. `events` is the guard: the source has the
    error while it holds so many of them. `since` is the day on which it was decided.
    """

    name: str
    community: str
    source: str
    unit: str | None
    first: date
    last: date
    events: int
    what: str
    why: str
    since: date


class CorrectionBlock(TomlTable):
    """One `[[corrections]]` block."""

    name: Slug
    source: Annotated[OneLine, matches("[a-z][a-z0-9-]*/[a-z][a-z0-9-]*", "not community/source: {text!r:.80}")]
    unit: OneLine | None = None
    first: Day
    last: Day
    events: Annotated[int, Strict()]
    what: OneLine
    why: OneLine
    since: Day

    @model_validator(mode="after")
    def _says_which_events(self) -> "CorrectionBlock":
        if self.last < self.first:
            raise ValueError(f"last, {self.last}, is before first, {self.first}")
        if self.events < 1:
            raise ValueError("events must be 1 or more")
        return self


class CorrectionsFile(TomlTable):
    """The content of corrections.toml."""

    corrections: Annotated[tuple[CorrectionBlock, ...], blocks("corrections"), distinct("name")] = ()


def load(path: Path, sources: Collection[str]) -> list[Correction]:
    """Return the corrections of a file, none where there is no file; raises WrongFileError.

    `sources` are the known ones, as community/source.
    """
    found = read_toml(path, CorrectionsFile).corrections if path.exists() else ()
    unknown = [(n, block.source) for n, block in enumerate(found) if block.source not in sources]
    if unknown:
        said = (f"corrections[{n}].source: no such source: {name!r:.80}{nearest(name, sources)}" for n, name in unknown)
        raise WrongFileError(*(f"{path.name}: {sentence}" for sentence in said))
    return [_correction(block) for block in found]


def _correction(block: CorrectionBlock) -> Correction:
    community, _, source = block.source.partition("/")
    return Correction(**block.model_dump() | {"community": community, "source": source})
