"""What a community file may say.

The docstrings and descriptions make data/community.schema.json and the tables of keys in data/README.md.
"""

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from pipelines.catalogue import measures
from pipelines.catalogue.facts import FactBlock, ReleaseDateBlock
from pipelines.catalogue.field_types import Day, HttpsUrl, OneLine, OneOf, Slug, TomlTable, blocks, matches
from pipelines.catalogue.sources import OneSource
from pipelines.catalogue.toml_files import nearest


def _registered(name: str) -> str:
    if name not in (known := measures.registered()):
        raise ValueError(f"no measure of the kind registered: {name!r:.80}{nearest(name, known)}")
    return name


Registered: TypeAlias = Annotated[OneLine, AfterValidator(_registered)]
Colour: TypeAlias = Annotated[OneLine, matches(r"#[0-9A-Fa-f]{6}", "not a colour like #C2400F: {text!r:.80}")]
Reading: TypeAlias = Annotated[OneLine, matches(r"[가-힣 ]+", "not Hangul like 오픈스택: {text!r:.80}")]
MARKERS = ("circle", "square", "triangle", "diamond")


class CommunityFile(TomlTable):
    """A community file of stackrank: one open-source cloud community and the places where it is seen."""

    name: OneLine = Field(description="The name of the community as it is shown.")
    homepage: HttpsUrl = Field(description="Where readers can learn more; `https` only.")
    born: Day = Field(description="The day on which it became public. Dates are written plain, `2010-07-01`.")
    renamed_from: Slug | None = Field(
        default=None,
        description="The former name of this file, without `.toml`. What is held of its sources goes on here.",
    )
    registered: Registered | None = Field(
        default=None,
        description="The measure of `data/rules/measures.toml`, of the kind `registered`, that counts its official "
        "members. Without it nobody counts them.",
    )
    colour: Colour | None = Field(
        default=None,
        description="Its colour on a light page, `#RRGGBB`. Without it and `colour_dark` it is drawn in grey.",
    )
    colour_dark: Colour | None = Field(default=None, description="Its colour on a dark page.")
    marker: Annotated[OneLine, OneOf("marker", MARKERS)] = Field(
        default="circle", description=f"Its mark in charts: {', '.join(f'`{each}`' for each in MARKERS)}."
    )
    reading: Reading | None = Field(
        default=None,
        description="How Korean reads the name, in Hangul. Its last syllable picks the particles on Korean pages.",
    )
    sources: Annotated[
        tuple[OneSource, ...],
        blocks("sources"),
        Field(description="The places where it is seen, a `[[sources]]` block each."),
    ]
    release_dates: Annotated[
        tuple[ReleaseDateBlock, ...],
        blocks("release_dates"),
        Field(description="The days on which versions came out, a `[[release_dates]]` block each."),
    ] = ()
    facts: Annotated[
        tuple[FactBlock, ...],
        blocks("facts"),
        Field(description="Statements about the platform, a `[[facts]]` block each."),
    ] = ()
