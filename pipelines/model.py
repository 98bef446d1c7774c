"""The words of the project as frozen dataclasses; see the words in pipelines/README.md."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Verdict(StrEnum):
    """How one visit to one unit ended; a closed list."""

    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    SHRUNK = "shrunk"
    FAILED = "failed"
    REFUSED = "refused"
    GONE = "gone"

    @classmethod
    def _missing_(cls, value: object) -> "Verdict | None":
        """Read what visits were called before: a unit that shrank was `partial`."""
        return cls.SHRUNK if value == "partial" else None


GOOD_VERDICTS = frozenset({Verdict.OK, Verdict.UNCHANGED, Verdict.EMPTY})


class ReasonCode(StrEnum):
    """Why a visit brought nothing; a closed list. The English sentence stands beside it as `Visit.reason`."""

    # What the host answered.
    LOGIN_REQUIRED = "login_required"
    FORBIDDEN = "forbidden"
    BOT_WALL = "bot_wall"
    ROBOTS_TXT = "robots_txt"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    RATE_LIMITED = "rate_limited"
    BUSY = "busy"
    NOT_READY = "not_ready"
    REDIRECTED = "redirected"
    GONE = "gone"
    NO_SUCH_LIST = "no_such_list"
    CAPTURES_BLOCKED = "captures_blocked"
    HTTP_ERROR = "http_error"
    # What broke on the way.
    HOST_UNKNOWN = "host_unknown"
    CONNECTION_FAILED = "connection_failed"
    TIMED_OUT = "timed_out"
    CUT_OFF = "cut_off"
    TOO_LARGE = "too_large"
    # What is wrong with what came.
    WEB_PAGE = "web_page"
    NOT_MAIL = "not_mail"
    UNEXPECTED_ANSWER = "unexpected_answer"
    DAMAGED = "damaged"
    IMPOSSIBLE_MONTH = "impossible_month"
    IMPOSSIBLE_TOTAL = "impossible_total"
    HIDDEN_TOTAL = "hidden_total"
    NO_MESSAGES = "no_messages"
    READER_ERROR = "reader_error"
    UNREADABLE_FILE = "unreadable_file"
    # What was there before and is there no more.
    VANISHED = "vanished"
    SHRANK = "shrank"


UNANSWERED_CODES = frozenset({ReasonCode.HOST_UNKNOWN, ReasonCode.CONNECTION_FAILED, ReasonCode.TIMED_OUT})
"""Why a host was not heard at all."""
REST_CODES = frozenset({ReasonCode.RATE_LIMITED, ReasonCode.BUSY, ReasonCode.BOT_WALL})
"""By which a whole host asks to be left alone for now."""
UNREADABLE = "unreadable"
ON_DEMAND = frozenset({"archiveorg"})
"""Kinds that are asked only where a person names the source: what they hold changes no more."""
BY_HAND = frozenset({"askbot", "mod_mbox"})
"""Kinds whose software answers nowhere any more: their pages are read where somebody has them."""


@dataclass(frozen=True)
class Source:
    """One `[[sources]]` block: one place, or one set of repositories, where a community is seen.

    `urls` are visited as they stand; a source with `urls_from` reads its repositories from that
    file and puts each name into `url_template`. `since` is the first day it can hold activity,
    `until` the last one (None: it still lives). A `snapshot` is a frozen copy: it proves nothing
    after its newest observation. A tag whose whole name matches `releases`, and none of
    `not_releases`, is a release; the group in `releases` is its version. `address` is that of the
    mailing list, `audience` whom it is for. A source of kind `unreadable` is a channel that cannot be
    read: gone, closed, or of a software without a spider; `evidence` says how one knows of it.
    `captures` is where captures of the dead hosts in `urls` are asked for. `copy_of` names the source
    of which this one is the same list or forum, seen at another place. `traffic` is how many commits or
    messages a month it has, as `traffic_source` states it. Each file of a mailbox that is a `whole_archive`
    has all mail of its months. `renamed_from` is its former name, or `community/name`: what is held goes on here.
    Repositories that are `replay_only` enter no metric: only the replay of an old series counts them.
    """

    community: str
    name: str
    kind: str
    urls: tuple[str, ...]
    since: date
    why: str
    until: date | None = None
    continues: str | None = None
    continued_by: str | None = None
    enabled: bool = True
    snapshot: bool = False
    urls_from: str | None = None
    url_template: str | None = None
    releases: str | None = None
    not_releases: tuple[str, ...] = ()
    address: str | None = None
    language: str = "en"
    audience: str | None = None
    evidence: str | None = None
    captures: str | None = None
    copy_of: str | None = None
    traffic: float | None = None
    traffic_source: str | None = None
    whole_archive: bool = False
    renamed_from: str | None = None
    replay_only: bool = False

    @property
    def id(self) -> str:
        """`community/name`, the name of a source everywhere outside its own file."""
        return f"{self.community}/{self.name}"

    @property
    def visited(self) -> bool:
        """Whether a run asks for it: it can be asked at all, and not only on demand."""
        return self.reachable and not self.on_demand

    @property
    def on_demand(self) -> bool:
        """Whether it is asked only where a person names it."""
        return self.kind in ON_DEMAND or self.replay_only

    @property
    def reachable(self) -> bool:
        """Whether it can be asked: it is switched on, something answers, and it has an address."""
        return self.enabled and self.kind not in (UNREADABLE, *BY_HAND) and bool(self.urls or self.urls_from)


@dataclass(frozen=True)
class ReleaseDate:
    """The day on which a version came out, as `source` states it; it goes before the date that git has."""

    version: str
    day: date
    source: str


@dataclass(frozen=True)
class Fact:
    """One `[[facts]]` block: what `source` says of the platform on one topic of `platform_facts.TOPICS`.

    `as_of` is a year, a month or a day (None: true of all times). Either `values` or `text` is said. A
    fact that is not `confirmed` is general knowledge. `talk_said` is what the founding talk said
    otherwise. `version` and `day` name the release that a fact is about, `per_year` is how many lines
    of versions a year, at least and at most, a stated cadence amounts to.
    """

    topic: str
    source: str
    as_of: str | None = None
    values: tuple[str, ...] = ()
    text: str | None = None
    url: str | None = None
    note: str | None = None
    confirmed: bool = True
    talk_said: str | None = None
    version: str | None = None
    day: date | None = None
    per_year: tuple[float, ...] = ()


@dataclass(frozen=True)
class Community:
    """A project that is compared; `slug` is the name of its file without `.toml`.

    `registered` is the measure by which its official members are counted (None: nobody counts them).
    `renamed_from` is the former slug.
    `reading` is its name in Hangul, which picks the particles of Korean.
    It is drawn with `marker`, in `colour` on a light page and in `colour_dark` on a dark one (None: in grey).
    """

    slug: str
    name: str
    homepage: str
    born: date
    sources: tuple[Source, ...]
    release_dates: tuple[ReleaseDate, ...] = ()
    facts: tuple[Fact, ...] = ()
    registered: str | None = None
    renamed_from: str | None = None
    colour: str | None = None
    colour_dark: str | None = None
    marker: str = "circle"
    reading: str | None = None


@dataclass(frozen=True)
class Plan:
    """The plan of the latest run for a source: all its `units`, those `deferred` to the next run, and why.

    `run` is the id of that run ("": of an earlier version).
    """

    community: str
    source: str
    made_at: datetime
    units: tuple[str, ...]
    deferred: tuple[str, ...] = ()
    reason: str = ""
    run: str = ""


@dataclass(frozen=True)
class Visit:
    """One fetch attempt of one unit: when, how it ended, how much it brought and by which reader.

    `observations` counts the rows stored after the visit (None: nothing could be counted). `checksum`
    is that of what was read: an equal one needs no reading. `etag` and `last_modified` are the server's
    validators for the next request. `reason_code` is a ReasonCode ("": a good visit, or an old one).
    `run` is the id of the run that made it ("": of an earlier version).
    """

    community: str
    source: str
    kind: str
    unit: str
    url: str
    seen_at: datetime
    verdict: Verdict
    reason: str = ""
    observations: int | None = None
    seconds: float | None = None
    checksum: str | None = None
    reader: str | None = None
    key_id: str | None = None
    note: str = ""
    etag: str | None = None
    last_modified: str | None = None
    reason_code: str = ""
    run: str = ""
