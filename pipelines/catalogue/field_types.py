"""The types of values in the files that people write: what pydantic checks, said in our sentences."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from pipelines.catalogue.toml_files import nearest
from pipelines.catalogue.urls import split_url

SLUG = r"[a-z][a-z0-9-]*"
NEEDED = "x-needed"
"""The key of the JSON Schema that says when a key is needed, where this hangs on another key."""


class TomlTable(BaseModel):
    """A table that has the keys of its class and no other one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class OneOf:
    """One word of a closed list; `what` names a word of the list in the sentence about another one."""

    what: str
    known: Collection[str]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the word after the type that is annotated."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """List the words."""
        return handler(schema) | {"enum": list(self.known)}

    def _check(self, word: str) -> str:
        if word not in self.known:
            raise ValueError(f"unknown {self.what} {word!r:.80}{nearest(word, self.known)}")
        return word


def is_slug(text: str) -> bool:
    """Return whether a text can be the name of a community file, without its ending, or of a source."""
    return bool(re.fullmatch(SLUG, text))


def matches(pattern: str, sentence: str) -> AfterValidator:
    """Return a check that a whole text matches a pattern; the sentence is about another `{text}`."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(sentence.format(text=text))
        return text

    return AfterValidator(check)


def checked(read: Callable[[str], object]) -> AfterValidator:
    """Return a check that a text can be read: `read` raises ValueError for any other text."""

    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


def _one_line(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise ValueError(f"not a text of one line: {value!r:.80}")
    return value


def _filled_list(value: object) -> object:
    if not isinstance(value, list) or not value:
        raise ValueError(f"not a list with something in it: {value!r:.80}")
    return value


def blocks(name: str) -> BeforeValidator:
    """Return a check that a value is one `[[name]]` block or more."""

    def check(value: object) -> object:
        if not isinstance(value, list) or not value or not all(isinstance(block, dict) for block in value):
            raise ValueError(f"one [[{name}]] block or more is needed")
        return value

    return BeforeValidator(check)


def distinct(key: str) -> AfterValidator:
    """Return a check that no two tables of a list have the same value under a key."""

    def check(tables: tuple[Any, ...]) -> tuple[Any, ...]:
        seen: dict[object, int] = {}
        for number, table in enumerate(tables):
            first = seen.setdefault(value := getattr(table, key), number)
            if first != number:
                raise ValueError(f"{value!r:.80} is the {key} of [{first}] and of [{number}]")
        return tables

    return AfterValidator(check)


FILLED = BeforeValidator(_filled_list)
OneLine = Annotated[str, BeforeValidator(_one_line), Field(json_schema_extra={"minLength": 1})]
Texts = Annotated[tuple[OneLine, ...], FILLED, Field(json_schema_extra={"minItems": 1})]
Folded = Annotated[OneLine, AfterValidator(str.lower)]
Day = Annotated[date, Strict()]
Flag = Annotated[bool, Strict()]
Slug = Annotated[
    OneLine, matches(SLUG, f"{{text!r:.80}} does not match {SLUG}"), Field(json_schema_extra={"pattern": f"^{SLUG}$"})
]
HttpsUrl = Annotated[
    OneLine,
    checked(lambda url: split_url(url, ("https",))),
    Field(json_schema_extra={"pattern": "^https://"}),
]
