"""The types of the keys of a `[[sources]]` block: what each value may be, said in our sentences."""

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema

from pipelines.catalogue.field_types import FILLED, SLUG, OneLine, OneOf, checked, matches
from pipelines.catalogue.urls import KINDS, PAGE_SCHEMES, PLACE, repository_url, split_url

AUDIENCES = ("developers", "users", "everyone", "announce", "governance", "outreach", "bots")
FORMER_AUDIENCES = {"machines": "bots"}
"""Words that community files have used for an audience, and today's word."""


def _todays_audience(word: str) -> str:
    return FORMER_AUDIENCES.get(word, word)


# What Python and the database read alike, and what the database matches in linear time.
_TAG_RULE = re.compile(r"(?:(?:[A-Za-z0-9_/-]|\\[d.]|\))[?*+]?|\((?:\?:)?|\|){1,200}")


def tag_rule(text: str) -> re.Pattern[str]:
    """Return a rule about tag names, compiled; raises ValueError for what could take long to match."""
    if not _TAG_RULE.fullmatch(text):
        raise ValueError(rf"in a rule only letters, digits, _ / - \d \. ( ) (?: | ? * + are allowed: {text!r:.80}")
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}: {text!r:.80}") from None


def _release_rule(text: str) -> None:
    if tag_rule(text).groups != 1:
        raise ValueError(f"exactly one group, the version, must be in it: {text!r:.80}")


def _file_url(text: str) -> None:
    if not split_url(text, PAGE_SCHEMES).path.rpartition("/")[2]:
        raise ValueError("the url of a file is needed")


def _url_template(text: str) -> None:
    if text.count(PLACE) != 1:
        raise ValueError(f"{PLACE} must be in it exactly once")
    repository_url(text, "owner/name")


def _url_of_kind(url: str, given: ValidationInfo) -> str:
    """Check that a url is one of its kind, where the kind is known."""
    if "kind" in given.data:
        KINDS[given.data["kind"]](url)
    return url


def _traffic(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"not a number of messages or commits a month: {value!r:.80}")
    return float(value)


Url: TypeAlias = Annotated[OneLine, AfterValidator(_url_of_kind)]
KIND = Field(description="The software it runs on, see the kinds below.")
URLS = Field(
    description="The addresses to visit, each once in a community. Where several sources reach one, it belongs to the "
    "first. A `git` source has either these or `urls_from`.",
    json_schema_extra={"minItems": 1},
)
Urls: TypeAlias = Annotated[tuple[Url, ...], FILLED, URLS]
OneUrl: TypeAlias = Annotated[Urls, Field(json_schema_extra={"minItems": 1, "maxItems": 1})]
FileUrl: TypeAlias = Annotated[OneLine, checked(_file_url)]
UrlTemplate: TypeAlias = Annotated[OneLine, checked(_url_template)]
TagRule: TypeAlias = Annotated[OneLine, checked(tag_rule)]
ReleaseRule: TypeAlias = Annotated[OneLine, checked(_release_rule)]
Audience: TypeAlias = Annotated[OneLine, AfterValidator(_todays_audience), OneOf("audience", AUDIENCES)]
FormerName: TypeAlias = Annotated[
    OneLine, matches(rf"({SLUG}/)?{SLUG}", "not the former name of a source: {text!r:.80}")
]
ListAddress: TypeAlias = Annotated[
    OneLine,
    matches(r"[a-z0-9][a-z0-9._+-]*@([a-z0-9-]+\.)+[a-z]{2,}", "not the address of a list, in lower case"),
    Field(
        description="The address of the mailing list, in lower case. It belongs to nobody, so mail from it is counted "
        "by name."
    ),
]
Evidence: TypeAlias = Annotated[
    OneLine, Field(description="How one knows of a channel that cannot be read, or whose host is gone.")
]
Language: TypeAlias = Annotated[
    OneLine, matches(r"[a-z]{2}(-[A-Z]{2})?", "not the code of a language, like en: {text!r:.80}")
]
Traffic: TypeAlias = Annotated[float, PlainValidator(_traffic), WithJsonSchema({"type": "number", "minimum": 0})]
