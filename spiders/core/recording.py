"""What a probe records of a source, and the assertions about it: each one as expected, different, or not reached.

An assertion is a pure function of a recording. Those of all kinds are here, those of one kind in its family.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pyarrow as pa

from pipelines.asserted import Asserted
from pipelines.catalogue.urls import INDEX
from pipelines.model import GOOD_VERDICTS, UNANSWERED_CODES, ReasonCode, Source, Visit
from pipelines.privacy.pseudonyms import redact
from spiders.core.verdicts import MAX_REASON, NoPageError

ROBOTS = "/robots.txt"
EXTRA = "extra"
"""The unit of answers that only a probe asks for."""
CLOSED_CODES = frozenset(
    {
        ReasonCode.LOGIN_REQUIRED, ReasonCode.FORBIDDEN, ReasonCode.BOT_WALL, ReasonCode.REDIRECTED,
        ReasonCode.RATE_LIMITED, ReasonCode.BUSY, ReasonCode.WEB_PAGE, ReasonCode.CAPTURES_BLOCKED,
    }
)  # fmt: skip
"""Why a host that answers does not let us in."""
CRAWL_DELAY = re.compile(rb"^[ \t]*crawl-delay[ \t]*:[ \t]*(\d{1,6})", re.I | re.M)
MAX_DELAY = 30


class NotReachedError(Exception):
    """Nothing came by which an assertion could be judged; the text says why."""


class Answer(NamedTuple):
    """One answer: `headers` in lower case, `size` of its body in bytes, `unit` for which it was asked.

    Status 0: no answer came. A long body is kept in part. Git's fetch counts as so many `requests`.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    unit: str = ""
    size: int = 0
    seconds: float = 0.0
    requests: int = 1

    @property
    def is_robots(self) -> bool:
        """Whether it is the answer to the question for robots.txt."""
        return urlsplit(self.url).path == ROBOTS

    @property
    def is_good(self) -> bool:
        """Whether it brought what was asked for, by its status."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return the body as JSON; raises ValueError."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Recording:
    """All that a probe recorded of a source: its answers in their order, its visits, and rows by source.

    `declared` are all sources of its community.
    """

    source: Source
    answers: Sequence[Answer]
    visits: Sequence[Visit] = ()
    declared: Sequence[Source] = ()
    rows: Mapping[str, pa.Table] = field(default_factory=dict)

    def pages(self) -> list[Answer]:
        """Return the good answers to all questions but the one for robots.txt."""
        return [answer for answer in self.answers if answer.is_good and not answer.is_robots]

    def page(self, part: str) -> Answer:
        """Return the first good answer with a part in its url; raises NotReachedError."""
        return _first((answer for answer in self.pages() if part in answer.url), f"no page with {part} in its url came")

    def unit_page(self) -> Answer:
        """Return the first good answer for the one unit; raises NotReachedError."""
        units = (answer for answer in self.pages() if answer.unit not in ("", EXTRA, INDEX))
        return _first(units, "no unit came")

    def index_page(self) -> Answer:
        """Return the first good answer that is for no unit; raises NotReachedError."""
        return _first((answer for answer in self.pages() if answer.unit == ""), "no index came")

    def unit_visit(self) -> Visit:
        """Return the visit of the one unit; raises NotReachedError."""
        return _first((visit for visit in self.visits if visit.unit != INDEX), "no unit was visited")


def _first(found: Iterable[Any], otherwise: str) -> Any:
    first = next(iter(found), None)
    if first is None:
        raise NotReachedError(otherwise)
    return first


class Found(NamedTuple):
    """What an assertion found: whether it holds, and how."""

    holds: bool
    how: str = ""


def _asks_nothing(_: Source) -> Sequence[str]:
    return ()


class Assertion(NamedTuple):
    """What we assume of a kind of source: a name, a sentence, and the function that judges a recording.

    `asks` gives the urls that a probe asks beyond those of a first run.
    """

    name: str
    text: str
    judge: Callable[[Recording], Found]
    asks: Callable[[Source], Sequence[str]] = _asks_nothing


class Outcome(NamedTuple):
    """The outcome of one assertion about one source."""

    name: str
    text: str
    outcome: Asserted
    how: str


def judge_all(assertions: Iterable[Assertion], recording: Recording) -> list[Outcome]:
    """Return the outcome of each assertion; an answer of a shape that nobody thought of is different."""
    return [Outcome(one.name, one.text, *_judge(one, recording)) for one in assertions]


def _judge(assertion: Assertion, recording: Recording) -> tuple[Asserted, str]:
    try:
        found = assertion.judge(recording)
    except NotReachedError as error:
        return Asserted.NOT_REACHED, redact(str(error))[:MAX_REASON]
    except NoPageError as error:
        return Asserted.DIFFERENT, str(error)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        return Asserted.DIFFERENT, f"what came has another shape ({type(error).__name__})"
    return Asserted.AS_EXPECTED if found.holds else Asserted.DIFFERENT, redact(found.how)[:MAX_REASON]


# ---- what is assumed of every kind -----------------------------------------------------------------------------


def host_answers(recording: Recording) -> Found:
    """Judge whether anything came at all."""
    came = [answer for answer in recording.answers if answer.status]
    if came:
        return Found(True, f"answers: {len(came)}, the slowest after {max(one.seconds for one in came):.1f} seconds")
    reasons = (visit.reason for visit in recording.visits if visit.reason_code in UNANSWERED_CODES)
    if any(visit.reason_code not in UNANSWERED_CODES for visit in recording.visits):
        return Found(True)
    raise NotReachedError(next(reasons, "it was not asked"))


def allows_robots(recording: Recording) -> Found:
    """Judge whether robots.txt lets us ask, and how often."""
    if forbidden := [v for v in recording.visits if v.reason_code == ReasonCode.ROBOTS_TXT]:
        return Found(False, forbidden[0].reason)
    robots = _first((one for one in recording.answers if one.is_robots and one.status), "no answer for robots.txt")
    delay = max(map(int, CRAWL_DELAY.findall(robots.body if robots.is_good else b"")), default=0)
    if delay > MAX_DELAY:
        return Found(False, f"it wants {delay} seconds between requests; stackrank keeps at most {MAX_DELAY}")
    if not robots.is_good:
        return Found(True, f"there is none (status {robots.status})")
    return Found(True, f"Crawl-delay {delay} seconds" if delay else "")


def lets_us_in(recording: Recording) -> Found:
    """Judge whether the host asks for no login, shows no wall, and sends us nowhere else."""
    _check_reached(recording)
    closed = _reasons(recording.visits, CLOSED_CODES)
    return Found(not closed, "; ".join(closed))


def is_read(recording: Recording) -> Found:
    """Judge whether our reader reads what came."""
    _check_reached(recording)
    others = frozenset(ReasonCode) - CLOSED_CODES - UNANSWERED_CODES - {ReasonCode.ROBOTS_TXT}
    unread = _reasons(recording.visits, {*others, ""})
    if unread:
        return Found(False, "; ".join(unread))
    good = [visit for visit in recording.visits if visit.verdict in GOOD_VERDICTS]
    if not good:
        raise NotReachedError("nothing came to be read")
    return Found(True, f"rows: {sum(visit.observations or 0 for visit in good):,}")


def _check_reached(recording: Recording) -> None:
    if all(visit.reason_code in UNANSWERED_CODES for visit in recording.visits):
        raise NotReachedError(next((visit.reason for visit in recording.visits), "it was not asked"))


def _reasons(visits: Iterable[Visit], codes: Iterable[str]) -> list[str]:
    """Return why visits failed for these reasons, each once."""
    failed: Iterator[Visit] = (visit for visit in visits if visit.verdict not in GOOD_VERDICTS)
    return list(dict.fromkeys(f"{visit.unit}: {visit.reason}" for visit in failed if visit.reason_code in set(codes)))


ANSWERS = Assertion("answers", "The host answers.", host_answers)
OPEN = Assertion("open", "It wants no login, shows no bot check, and sends us nowhere else.", lets_us_in)
READ = Assertion("read", "Our reader reads what came.", is_read)
ROBOTS_TXT = Assertion("robots", f"robots.txt lets us ask, with at most {MAX_DELAY} seconds between.", allows_robots)
COMMON = (ANSWERS, ROBOTS_TXT, OPEN, READ)
