"""What a `[[sources]]` block may say: a class for each family of kinds of source.

The docstrings and descriptions make data/community.schema.json and the tables of keys in data/README.md.
"""

from typing import Annotated, ClassVar, Literal, TypeAlias, get_args

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from pipelines.catalogue.field_types import FILLED, NEEDED, Day, Flag, OneLine, OneOf, Slug, TomlTable, checked
from pipelines.catalogue.source_fields import (
    AUDIENCES,
    KIND,
    Audience,
    Evidence,
    FileUrl,
    FormerName,
    Language,
    ListAddress,
    OneUrl,
    ReleaseRule,
    TagRule,
    Traffic,
    Urls,
    UrlTemplate,
)
from pipelines.catalogue.urls import CAPTURES, KINDS, index_of


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
    renamed_from: FormerName | None = Field(
        default=None,
        description="Its former name, or `community/name` where it was in another file. What is held under that name "
        "goes on here.",
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
    replay_only: Flag = Field(
        default=False,
        description="`true`: it enters no metric and no ranking, and a run visits it only where somebody names it. The "
        "replay of the old series counts it together with the other repositories of the community.",
    )
    urls_from: FileUrl | None = Field(
        default=None,
        description="A file that lists repositories, in the form of OpenStack's `projects.yaml`; `https` or `http`.",
    )
    url_template: UrlTemplate | None = Field(
        default=None,
        description="The url of a listed repository. `{repository}` stands for its `owner/name`.",
        json_schema_extra={NEEDED: "beside `urls_from`"},
    )
    releases: ReleaseRule | None = Field(
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
    language: Language = Field(
        default="en",
        description="The code of its language. Without it `en`. With `audience` it decides whether it is counted.",
    )
    audience: Audience | None = Field(
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


OneSource: TypeAlias = Annotated[AnySource, Field(discriminator="kind"), WrapValidator(_of_known_kind)]
