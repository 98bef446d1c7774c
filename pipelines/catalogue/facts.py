"""What a `[[facts]]` and a `[[release_dates]]` block may say.

The docstrings and descriptions make data/community.schema.json and the tables of keys in data/README.md.
"""

from datetime import date
from typing import Annotated, TypeAlias

from pydantic import Field, PlainValidator, WithJsonSchema

from pipelines.catalogue import platform_facts
from pipelines.catalogue.field_types import NEEDED, Day, Flag, HttpsUrl, OneLine, OneOf, Texts, TomlTable


def _as_of(value: object) -> str:
    if type(value) is not date and not (isinstance(value, str) and platform_facts.is_time(value)):
        raise ValueError(f"neither a year, a month like '2013-11' nor a date: {value!r:.80}")
    return str(value)


def _per_year(value: object) -> tuple[float, ...]:
    numbers = value if isinstance(value, list) and all(type(v) in (int, float) for v in value) else ()
    if len(numbers) != 2 or not 0 <= numbers[0] <= numbers[1] < float("inf"):
        raise ValueError(f"not two numbers, at least and at most: {value!r:.80}")
    return tuple(numbers)


AsOf: TypeAlias = Annotated[str, PlainValidator(_as_of), WithJsonSchema({"type": "string"})]
PerYear: TypeAlias = Annotated[
    tuple[float, ...],
    PlainValidator(_per_year),
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]


class ReleaseDateBlock(TomlTable):
    """The day on which a version came out. It goes before the date that git has."""

    version: OneLine = Field(description="The version, as the group in `releases` gives it.")
    day: Day = Field(description="The day on which it came out.")
    source: OneLine = Field(description="Who states it.")


class FactBlock(TomlTable):
    """One statement about the platform itself, for the page that compares the platforms."""

    topic: Annotated[OneLine, OneOf("topic", platform_facts.TOPICS)] = Field(
        description="What it is about, see the topics below."
    )
    as_of: AsOf | None = Field(
        default=None,
        description='The year, month or day of which it is said: `"2013"`, `"2013-11"` or `2013-10-18`. What is said '
        "of the years before 2015 stands under 2013.",
        json_schema_extra={NEEDED: f"yes, but not for {' and '.join(f'`{each}`' for each in platform_facts.TIMELESS)}"},
    )
    values: Texts | None = Field(
        default=None,
        description="What is said, value by value. Image formats are those of `data/rules/image-formats.toml`.",
        json_schema_extra={NEEDED: "these or `text`"},
    )
    text: OneLine | None = Field(
        default=None, description="What is said, as a sentence.", json_schema_extra={NEEDED: "this or `values`"}
    )
    source: OneLine = Field(description="Where it stands: a repository with file and commit, or a page.")
    url: HttpsUrl | None = Field(default=None, description="The address of that page; `https` only.")
    note: OneLine | None = Field(default=None, description="What a reader has to know beside it.")
    confirmed: Flag = Field(
        default=True, description="`false`: general knowledge that nobody has confirmed. The page marks it."
    )
    talk_said: OneLine | None = Field(
        default=None, description="What the founding talk said otherwise. The page shows both."
    )
    version: OneLine | None = Field(
        default=None,
        description="The release that a `first-release` or `release` is about. It is compared with tags and lists.",
    )
    day: Day | None = Field(default=None, description="The day on which that release is said to have come out.")
    per_year: PerYear | None = Field(
        default=None,
        description="What a `cadence` means: at least and at most so many new lines of versions a year, `[2, 4]`. It "
        "is compared with the count.",
    )
