"""What a community file may say: a class for each family of kinds of source, for release dates and for facts.

The docstrings and descriptions make data/community.schema.json and the tables of keys in data/README.md.
"""

import re
from datetime import date
from typing import Annotated, ClassVar, Literal, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from pipelines.catalogue import measures, platform_facts
from pipelines.catalogue.field_types import (
    FILLED,
    Day,
    Flag,
    HttpsUrl,
    OneLine,
    OneOf,
    Slug,
    Texts,
    TomlTable,
    blocks,
    checked,
    matches,
)
from pipelines.catalogue.toml_files import nearest
from pipelines.catalogue.urls import CAPTURES, KINDS, PAGE_SCHEMES, PLACE, index_of, repository_url, split_url

AUDIENCES = ("developers", "users", "everyone", "announce", "governance", "outreach", "bots")
FORMER_AUDIENCES = {"machines": "bots"}
"""Words that community files have used for an audience, and today's word."""


def _todays_audience(word: str) -> str:
    return FORMER_AUDIENCES.get(word, word)


FORMER_NAME = r"([a-z][a-z0-9-]*/)?[a-z0-9][a-z0-9-]*"
NEEDED = "x-needed"
"""The key of the JSON Schema that says when a key is needed, where this hangs on another key."""

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


def _registered(name: str) -> str:
    if name not in (known := measures.registered()):
        raise ValueError(f"no measure of the kind registered: {name!r:.80}{nearest(name, known)}")
    return name


def _as_of(value: object) -> str:
    if type(value) is not date and not (isinstance(value, str) and platform_facts.is_time(value)):
        raise ValueError(f"neither a year, a month like '2013-11' nor a date: {value!r:.80}")
    return str(value)


def _per_year(value: object) -> tuple[float, ...]:
    numbers = value if isinstance(value, list) and all(type(v) in (int, float) for v in value) else ()
    if len(numbers) != 2 or not 0 <= numbers[0] <= numbers[1] < float("inf"):
        raise ValueError(f"not two numbers, at least and at most: {value!r:.80}")
    return tuple(numbers)


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
TagRule: TypeAlias = Annotated[OneLine, checked(tag_rule)]
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
Registered: TypeAlias = Annotated[OneLine, AfterValidator(_registered)]
AsOf: TypeAlias = Annotated[str, PlainValidator(_as_of), WithJsonSchema({"type": "string"})]
Traffic: TypeAlias = Annotated[float, PlainValidator(_traffic), WithJsonSchema({"type": "number", "minimum": 0})]
PerYear: TypeAlias = Annotated[
    tuple[float, ...],
    PlainValidator(_per_year),
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]


class SourceBlock(TomlTable):
    """One place, or one named set of repositories, where a community is seen."""

    known_as: ClassVar[str] = "every source"
    name: Slug = Field(description="Its name within the community. Outside the file it is `community/name`.")
    kind: Annotated[OneLine, OneOf("kind", KINDS), KIND]
    urls: Urls | None = None
    since: Day = Field(description="The first day it can hold activity. Months before it are `not_started`, not zero.")
    until: Day | None = Field(
        default=None,
        description="The last such day. Months after it are `ended`. Without it the source still lives.",
    )
    why: OneLine = Field(description="One sentence: why this place is visited.")
    continues: OneLine | None = Field(
        default=None,
        description="The source, as `community/name`, whose history goes on here. It begins earlier and has the "
        "matching `continued_by`.",
    )
    continued_by: OneLine | None = Field(
        default=None,
        description="The source in which this history goes on. It has the matching `continues`, or that of another "
        "list that was folded into it.",
    )
    renamed_from: Annotated[OneLine, matches(FORMER_NAME, "not the former name of a source: {text!r:.80}")] | None = (
        Field(
            default=None,
            description="Its former name, or `community/name` where it was in another file. What is held under that name "
            "goes on here.",
        )
    )
    enabled: Flag = Field(
        default=True, description="`false`: known, but not visited. What it had stays, and it is a gap from then on."
    )
    snapshot: Flag = Field(
        default=False, description="`true`: a frozen copy, which proves nothing after its newest observation."
    )


class Sized(SourceBlock):
    """A source whose size can be stated: what nobody has measured cannot be called small."""

    known_as: ClassVar[str] = "repositories, a mailing list or a forum"
    traffic: Traffic | None = Field(
        default=None,
        description="How many commits or messages a month it has, all its repositories together. It weighs months of a "
        "source of which nothing was ever seen; without it such a source is as large as the largest other one.",
    )
    traffic_source: OneLine | None = Field(
        default=None,
        description="Who states the traffic.",
        json_schema_extra={NEEDED: "beside `traffic`"},
    )


class Git(Sized):
    """Git repositories."""

    known_as: ClassVar[str] = "a source of kind git"
    kind: Annotated[Literal["git"], KIND]
    urls_from: Annotated[OneLine, checked(_file_url)] | None = Field(
        default=None,
        description="A file that lists repositories, in the form of OpenStack's `projects.yaml`; `https` or `http`.",
    )
    url_template: Annotated[OneLine, checked(_url_template)] | None = Field(
        default=None,
        description="The url of a listed repository. `{repository}` stands for its `owner/name`.",
        json_schema_extra={NEEDED: "beside `urls_from`"},
    )
    releases: Annotated[OneLine, checked(_release_rule)] | None = Field(
        default=None,
        description="A tag whose whole name matches this regular expression is a release. Its one group is the "
        r"version: `'v(\d+\.\d+)'`.",
    )
    not_releases: Annotated[tuple[TagRule, ...], FILLED] | None = Field(
        default=None,
        description="Such expressions for tags that are no releases, whatever `releases` says.",
    )


class RepositoryFiles(SourceBlock):
    """Single files that projects keep in their repositories."""

    kind: Annotated[Literal["series_status", "mailmap"], KIND]
    urls: Urls


class CountPages(SourceBlock):
    """Pages that state totals on the day of the visit."""

    kind: Annotated[Literal["asf", "github", "launchpad", "openinfra"], KIND]
    urls: Urls


class Channel(Sized):
    """A mailing list or a forum."""

    known_as: ClassVar[str] = "a mailing list or a forum"
    address: ListAddress | None = None
    language: Language = Field(default="en", description="The code of its language. Without it `en`.")
    audience: Annotated[OneLine, AfterValidator(_todays_audience), OneOf("audience", AUDIENCES)] | None = Field(
        default=None, description=f"Whom it is for: {', '.join(f'`{each}`' for each in AUDIENCES)}."
    )
    copy_of: OneLine | None = Field(
        default=None,
        description="The source, as `community/name`, that is the same list or forum at another place. A month was "
        "seen where either was, and a posting on both counts once.",
    )


class MailArchive(Channel):
    """The archive of one mailing list."""

    kind: Annotated[Literal["pipermail", "hyperkitty", "ponymail"], KIND]
    urls: OneUrl
    address: ListAddress


class Forum(Channel):
    """A forum."""

    kind: Annotated[Literal["discourse"], KIND]
    urls: OneUrl


class Mailbox(Channel):
    """Mail that somebody obtained by hand."""

    known_as: ClassVar[str] = "a source of kind mbox"
    kind: Annotated[Literal["mbox"], KIND]
    whole_archive: Flag = Field(
        default=False,
        description="`true`: each file has all mail of the list in the months from its first message to its last. Only "
        "then these months were seen. The last month of a file of several months was seen up to the last message.",
    )


class Gone(Channel):
    """A mailing list or a forum whose place answers no more."""

    known_as: ClassVar[str] = "a source that is gone or unreadable"
    evidence: Evidence | None = None


class Captures(Gone):
    """A mailing list whose host is gone, as a web archive captured it."""

    known_as: ClassVar[str] = "a source of kind archiveorg"
    kind: Annotated[Literal["archiveorg"], KIND]
    urls: Urls
    address: ListAddress
    captures: Annotated[OneLine, checked(index_of)] = Field(
        default=CAPTURES, description=f"The folder where captures are asked for. Without it `{CAPTURES}`."
    )


class ByHand(Gone):
    """Pages that somebody saved, of software that answers nowhere any more."""

    kind: Annotated[Literal["askbot", "mod_mbox"], KIND]


class Unreadable(Gone):
    """A list or a forum that cannot be read: its months are a known hole."""

    kind: Annotated[Literal["unreadable"], KIND]
    evidence: Evidence


AnySource: TypeAlias = (
    Git | RepositoryFiles | CountPages | MailArchive | Forum | Mailbox | Captures | ByHand | Unreadable
)
FAMILIES: tuple[type[SourceBlock], ...] = get_args(AnySource)


def _of_known_kind(block: dict[str, object], read: ValidatorFunctionWrapHandler) -> SourceBlock:
    """Read a block as one of its family; of an unknown kind only what all sources have can be judged."""
    if isinstance(block.get("kind"), str) and block["kind"] in KINDS:
        return read(block)
    of_others = {key for family in FAMILIES for key in family.model_fields} - SourceBlock.model_fields.keys()
    return SourceBlock.model_validate({key: value for key, value in block.items() if key not in of_others})


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
    sources: Annotated[
        tuple[Annotated[AnySource, Field(discriminator="kind"), WrapValidator(_of_known_kind)], ...],
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
