"""What a visit to a repository that brought nothing says: from the server's answers and git's complaints."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from pipelines.catalogue.urls import unit_of
from pipelines.model import ReasonCode, Verdict
from pipelines.privacy.pseudonyms import redact
from spiders.core.verdicts import CODES, VERDICTS

REFERENCES = "/info/refs?service=git-upload-pack"
ADVERTISEMENT = "application/x-git-upload-pack-advertisement"
MARK = "<= Recv header: "
STATUS = re.compile(r"HTTP/\S+ (\d{3})\b")
PLAIN_WAIT = re.compile(r"[A-Za-z0-9 ,:]{1,40}")
UNABLE = re.compile(r"unable to access '[^']*+': ")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
REFUSALS = {
    401: "it asks for a login; some hosts say the same of what is not there",
    403: "it forbids us the access",
    404: "there is no repository at this address",
    407: "the proxy on the way asks for a login",
    410: "the repository is gone for good",
    429: "we have asked too often",
    451: "it is withheld for legal reasons",
}
SIGNS: tuple[tuple[str, ReasonCode, Verdict, str], ...] = (
    ("does not appear to be a git repository", ReasonCode.GONE, Verdict.GONE, "there is no repository at this address"),
    ("dubious ownership", ReasonCode.FORBIDDEN, Verdict.REFUSED, "it belongs to another user of this machine"),
    ("not allowed", ReasonCode.REDIRECTED, Verdict.REFUSED, "git may not go there"),
    ("ut of memory", ReasonCode.TOO_LARGE, Verdict.REFUSED, "stopped: it takes too much memory"),
    ("Could not resolve", ReasonCode.HOST_UNKNOWN, Verdict.FAILED, "the name of the host is not known"),
    ("TLS", ReasonCode.CONNECTION_FAILED, Verdict.FAILED, "no secure connection"),
    ("tls", ReasonCode.CONNECTION_FAILED, Verdict.FAILED, "no secure connection"),
    ("SSL", ReasonCode.CONNECTION_FAILED, Verdict.FAILED, "no secure connection"),
    ("certificate", ReasonCode.CONNECTION_FAILED, Verdict.FAILED, "no secure connection"),
    ("Failed to connect", ReasonCode.CONNECTION_FAILED, Verdict.FAILED, "no connection"),
    ("Operation too slow", ReasonCode.TIMED_OUT, Verdict.FAILED, "it sends too slowly"),
    ("Empty reply", ReasonCode.CUT_OFF, Verdict.FAILED, "the connection broke off"),
    ("early EOF", ReasonCode.CUT_OFF, Verdict.FAILED, "the connection broke off"),
    ("unexpected disconnect", ReasonCode.CUT_OFF, Verdict.FAILED, "the connection broke off"),
    ("hung up", ReasonCode.CUT_OFF, Verdict.FAILED, "the connection broke off"),
    ("did not send all", ReasonCode.CUT_OFF, Verdict.FAILED, "it keeps a part of the history back"),
    ("protocol error", ReasonCode.UNEXPECTED_ANSWER, Verdict.FAILED, "it does not answer as a git server does"),
    (
        "mismatched algorithms",
        ReasonCode.UNEXPECTED_ANSWER,
        Verdict.REFUSED,
        "its hashes are no longer of our copy's kind",
    ),
    ("Too large response headers", ReasonCode.TOO_LARGE, Verdict.FAILED, "its headers do not end"),
    ("cannot lock ref", ReasonCode.UNEXPECTED_ANSWER, Verdict.FAILED, "it has a reference that cannot be stored"),
    ("remote error", ReasonCode.UNEXPECTED_ANSWER, Verdict.FAILED, "the server gave up, in words of its own"),
    ("index-pack", ReasonCode.DAMAGED, Verdict.FAILED, "what came is damaged"),
)
GAVE_UP = ("", ReasonCode.UNEXPECTED_ANSWER, Verdict.FAILED, "git gave up")


class GitError(Exception):
    """A repository could not be had; carries the visit's verdict and code, and a reason without addresses of people.

    `rest` says that the whole host wants to be left alone for now.
    """

    def __init__(
        self, verdict: Verdict, reason: str, code: ReasonCode = ReasonCode.UNEXPECTED_ANSWER, *, rest: bool = False
    ) -> None:
        super().__init__(reason)
        self.verdict, self.code = verdict, code
        self.rest = rest


class Answer(NamedTuple):
    """The head of one answer over HTTP; the names of its headers in lower case."""

    status: int
    headers: dict[str, str]

    @property
    def content_type(self) -> str:
        """What the answer says it is, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_page(self) -> bool:
        """Tell whether the answer is a page for people."""
        return self.content_type == "text/html"


def answers(trace: Path) -> list[Answer]:
    """Read the answers that git got from the file that GIT_TRACE_CURL names; none if there is no such file."""
    lines = trace.read_text(encoding="latin-1").splitlines() if trace.exists() else []
    given: list[Answer] = []
    for line in lines:
        head = line.partition(MARK)[2]
        name, colon, value = head.partition(":")
        if status := STATUS.match(head):
            given.append(Answer(int(status[1]), {}))
        elif colon and given:
            given[-1].headers[name.strip().lower()] = value.strip()
    return given


def is_smart(given: Sequence[Answer]) -> bool:
    """Tell whether the references came from a git server, not from a page or a plain file."""
    return any(answer.status == HTTPStatus.OK and answer.content_type == ADVERTISEMENT for answer in given)


def moved_to(url: str, given: Sequence[Answer]) -> str | None:
    """Return where the last answer sends us, if that is a repository on the same host by the same scheme.

    None if it sends us nowhere; raises GitError if we do not go there.
    """
    if not given or given[-1].status not in REDIRECTS:
        return None
    location = urljoin(f"{url}{REFERENCES}", given[-1].headers.get("location", ""))
    old, new = urlsplit(url), urlsplit(location)
    if old.scheme != new.scheme:
        raise _not_followed(f"by another scheme, {new.scheme!r:.20}", new)
    if old.netloc != new.netloc:
        raise _not_followed("to another host", new)
    target = location.removesuffix(REFERENCES)
    try:
        unit_of(f"git+{target}")
    except ValueError:
        raise _not_followed("to what is no repository", new) from None
    if target in (location, url):
        raise _not_followed("to what is no repository", new)
    return target


def _not_followed(what: str, to: SplitResult) -> GitError:
    place = f"{to.scheme}://{to.netloc.rpartition('@')[2]}{to.path}"
    plain = "".join(c for c in place if c.isprintable() and c not in "<>\"'")
    reason = redact(f"it sends us on {what}, which is not followed: {plain:.150}")
    return GitError(Verdict.REFUSED, reason, ReasonCode.REDIRECTED)


def refusal(given: Sequence[Answer]) -> GitError | None:
    """Return what the last answer means, where it is no success."""
    last = given[-1] if given else Answer(HTTPStatus.OK, {})
    if last.status < HTTPStatus.MULTIPLE_CHOICES:
        words = "it answers with a page instead of a repository"
        return GitError(Verdict.FAILED, words, ReasonCode.WEB_PAGE) if last.is_page else None
    if last.status in REDIRECTS:
        return GitError(Verdict.REFUSED, "it sends us on and on", ReasonCode.REDIRECTED)
    wait = _wait(last.headers.get("retry-after", ""))
    verdict, code = VERDICTS.get(last.status, Verdict.FAILED), CODES.get(last.status, ReasonCode.HTTP_ERROR)
    words = REFUSALS.get(last.status, "the server is in trouble")
    is_wall = last.status == HTTPStatus.FORBIDDEN and last.is_page
    is_busy = last.status == HTTPStatus.SERVICE_UNAVAILABLE and bool(wait)
    if is_busy:
        verdict, words = Verdict.REFUSED, "it is too busy for us"
    if is_wall:
        code, words = ReasonCode.BOT_WALL, "it shows a page instead, as walls against robots do"
    asked = f"; it asks us to come back after {wait}, the next run tries again" if wait else ""
    rest = is_wall or is_busy or last.status == HTTPStatus.TOO_MANY_REQUESTS
    return GitError(verdict, redact(f"answered {last.status}: {words}{asked}"), code, rest=rest)


def _wait(value: str) -> str:
    """Return a Retry-After in words; empty where there is none that can be read."""
    if not PLAIN_WAIT.fullmatch(value):
        return ""
    return f"{value} s" if value.isdigit() else value


def complaint(code: int, errors: str) -> GitError:
    """Return what git's complaints mean: verdict, a few plain words, git's own last words in one line.

    The words of the server are not among them: they are anybody's.
    """
    _sign, kind, verdict, words = next((one for one in SIGNS if one[0] in errors), GAVE_UP)
    plain = "".join(sign for sign in errors if sign == "\n" or sign.isprintable())
    lines = [line.partition("remote error")[0].strip() for line in plain.split("\n") if "remote:" not in line]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))] or [line for line in lines if line]
    said = UNABLE.sub("", " | ".join(telling[-2:])) or f"exit status {code}, no words"
    return GitError(verdict, redact(f"{words}: {said}")[:300], kind)
