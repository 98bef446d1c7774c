"""What the spiders of web pages share: how a page is asked for, and what each refusal and each fault is called."""

import asyncio
import json
import re
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import scrapy
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost

from pipelines.catalogue import count_pages
from pipelines.catalogue.urls import units
from pipelines.landing.store import Harvest
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact
from spiders import settings
from spiders.core.base import SourceSpider
from spiders.core.budget import HostPausedError, host_of
from spiders.core.verdicts import VERDICTS

NOT_MODIFIED = 304
ASKED_TOO_MUCH = frozenset({429, 503})
IN_TROUBLE = frozenset({408, 500, 502, 504, 520, 522, 524})
MOST_TROUBLES = 3
"""After so many failures in a row a host is left alone for the rest of the night."""
FAULTS: dict[type[Exception], str] = {
    CannotResolveHostError: "the name of the host is not known",
    DownloadConnectionRefusedError: "the host refuses the connection",
    DownloadTimeoutError: "no whole answer came in time",
    ResponseDataLossError: "the answer ends early",
    DownloadCancelledError: "the answer is larger than we take",
    DownloadFailedError: "the connection broke",
    ConnectionDone: "the connection broke",
    ConnectionLost: "the connection broke",
    ConnectError: "no connection came about",
}
SLOTS = settings.DOWNLOAD_SLOTS | {
    "": settings.DOWNLOAD_SLOTS["localhost"],
    "lists.apache.org": {"delay": 1.0},
    "web.archive.org": {"delay": 4.0},
}
"""The seconds between two requests to a host, where they are not those of settings.py; "" is no host at all."""
BACK_OFF = (5, 25)
LONGEST_WAIT = 120
LARGEST_VALIDATOR = 200
LARGEST_REASON = 300
LIMIT = "Discourse-Rate-Limit-Error-Code"
"""The header in which a forum names the limit that was reached."""
TITLE = re.compile(rb"<title[^<>]*+>([^<]++)</title>", re.I)
LONGEST_TITLE = 80
TEXT = re.compile(r"[\w .,:;'()/-]{1,100}")
WORDS = """
a access again an and api archive archived archives are at attention authentication authorization bad being
blocked bot browser by captcha challenge checking cloudflare connection cookies date denied disabled does
download enable error exist export for forbidden format found gateway gone have human in internal invalid is
javascript just limit list lists log login mailing maintenance making many method missing moment moved no not
object of off offline on one oops page permanently permission please proxy rate request requests required robot
robots s seconds security server service sign signed site something sorry such sure t temporarily the there this
timeout to too try unauthorized unavailable under unknown up verification verify verifying wait wall went wrong
you your
"""
TELLING = frozenset(WORDS.split())
"""The words of which another machine's title or sentence may be repeated: the subject of a message has others."""


class NoPageError(Exception):
    """A page could not be had; `early` says that its beginning came and its end did not."""

    def __init__(self, verdict: Verdict, reason: str, *, early: bool = False) -> None:
        super().__init__(redact(reason)[:LARGEST_REASON])
        self.verdict, self.early = verdict, early


class PageSpider(SourceSpider):
    """A spider that asks for single pages, on condition that they changed; a subclass says how a source is walked."""

    custom_settings: ClassVar[dict[Any, Any]] = {  # type: ignore[misc]
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_SLOTS": SLOTS,
        "DOWNLOAD_WARNSIZE": 0,
        # What is packed we unpack ourselves: Scrapy takes a stream that ends early for a whole one.
        "COMPRESSION_ENABLED": False,
        # A server in trouble gets a pause before it is asked again, see `ask`.
        "RETRY_HTTP_CODES": [],
    }

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.troubles: Counter[str] = Counter()

    async def start(self) -> AsyncIterator[Any]:
        """Walk the sources of all hosts at the same time, those of one host one after another."""
        hosts: dict[str, list[Source]] = {}
        for source in self.sources:
            hosts.setdefault(host_of(self.place(source)), []).append(source)
        for sources in hosts.values():
            # Scrapy notices that it has nothing left to do when a request ends, otherwise up to five seconds later.
            # Side by side, the third request that waits for the robots.txt of a host would be sent without its rules.
            yield scrapy.Request("data:,", callback=self.on_host, cb_kwargs={"sources": sources}, dont_filter=True)

    async def on_host(self, _: Response, sources: list[Source]) -> AsyncIterator[Harvest | Visit]:
        """Yield what the sources of one host bring; one on which our reading stops leaves the others."""
        for source in sources:
            visited: set[str] = set()
            try:
                async for found in self.walk(source):
                    visited.add(count_pages.unit_without_day(found.visit if isinstance(found, Harvest) else found))
                    yield found
            except Exception as error:
                for unit, url in zip(units(source), source.urls, strict=False):
                    if unit not in visited and self.wanted(unit):
                        yield self.stopped(source, unit, url, error)

    async def attempt(
        self, source: Source, unit: str, url: str, reading: Awaitable[Harvest | Visit | None]
    ) -> Harvest | Visit | None:
        """Return what the reading of one unit brings; its failed visit where our reading stops."""
        try:
            return await reading
        except Exception as error:
            return self.stopped(source, unit, url, error)

    def stopped(self, source: Source, unit: str, url: str, error: Exception) -> Visit:
        """Return the failed visit to a unit on which our reading stopped, without the words of what was read."""
        return self.visit(source, unit, url, Verdict.FAILED, reason=fault(error))

    def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield what a source brings: one harvest or visit for each unit that is asked for."""
        raise NotImplementedError

    def place(self, source: Source) -> str:
        """Return where a source is asked first; empty where it names no place."""
        return source.urls[0] if source.urls else ""

    def readable(self, source: Source, unit: str) -> Visit | None:
        """Return the visit that brought what we hold, if the reader and the key of today have read it."""
        held = self.held.get((source.community, source.name, unit))
        return held if held and self.reads(held) else None

    def reads(self, visit: Visit) -> bool:
        """Tell whether a visit was made by the reader of today under the key of today."""
        return visit.reader == self.reader and visit.key_id in (None, self.pseudonyms.key_id)

    def validators(self, source: Source, unit: str) -> dict[str, str]:
        """Return the headers by which a server can say that nothing changed since our harvest."""
        return conditions(self.readable(source, unit))

    def headers(self, url: str) -> dict[str, str]:  # noqa: ARG002  (GitHub looks at it)
        """Return what else is sent with every request to a url."""
        return {}

    async def ask(self, url: str, largest: int, held: Visit | None = None, body: bytes = b"") -> Response:
        """Return the answer to a request, 2xx, or 304 where it says that nothing changed since `held`.

        A `body` is sent with POST.

        A busy host gets the time it asks for, one in trouble a pause, both within bounds. An address
        that moved is not followed: the catalogue must name the new one. Raises NoPageError, and
        HostRestsError where the host is to be left alone tonight.
        """
        try:
            response = await self._answer(url, largest, held, body)
        except NoPageError as error:
            self._count_trouble(url, error)
            raise
        self.troubles.pop(host_of(url), None)
        return response

    def _count_trouble(self, url: str, error: NoPageError) -> None:
        self.troubles[host_of(url)] += error.verdict == Verdict.FAILED
        if self.troubles[host_of(url)] >= MOST_TROUBLES:
            self.rest(url, f"{MOST_TROUBLES} questions in a row failed, the last one: {error}")

    async def _answer(self, url: str, largest: int, held: Visit | None, body: bytes) -> Response:
        for pause in (*BACK_OFF, None):
            response = await self._download(url, largest, held, body)
            wait = self.wait(response, pause)
            if wait is None:
                break
            await asyncio.sleep(wait)
        if response.status == NOT_MODIFIED or 200 <= response.status < 300:
            return response
        verdict, reason = self.refused(response)
        if self.tired(response):
            self.rest(url, reason)
        raise NoPageError(verdict, reason)

    def refused(self, response: Response) -> tuple[Verdict, str]:
        """Return the verdict on an answer that gave no page, and why."""
        return VERDICTS.get(response.status, Verdict.FAILED), refusal(response)

    def tired(self, response: Response) -> bool:
        """Tell whether an answer says that its host wants no more questions tonight."""
        return response.status == 403 or response.status in ASKED_TOO_MUCH

    async def _download(self, url: str, largest: int, held: Visit | None, body: bytes) -> Response:
        request = scrapy.Request(
            url,
            method="POST" if body else "GET",
            body=body,
            headers={"Accept-Encoding": "identity"} | self.headers(url) | conditions(held),
            meta={"dont_redirect": True, "download_maxsize": largest},
        )
        try:
            assert self.crawler.engine
            return await self.crawler.engine.download_async(request)
        except HostPausedError:
            raise
        except IgnoreRequest as error:
            raise NoPageError(Verdict.REFUSED, f"robots.txt of the host forbids it: {error}") from error
        except tuple(FAULTS) as error:
            words = next(words for kind, words in FAULTS.items() if isinstance(error, kind))
            early = isinstance(error, ResponseDataLossError)
            raise NoPageError(Verdict.FAILED, f"{words}: {error}".removesuffix(": "), early=early) from error

    def wait(self, response: Response, pause: int | None) -> float | None:
        """Return how many seconds to wait before the same request; None: do not ask again tonight."""
        if response.status not in ASKED_TOO_MUCH | IN_TROUBLE or pause is None:
            return None
        asked = retry_after(response)
        if asked is not None:
            return asked if asked <= LONGEST_WAIT else None
        return 0 if host_of(response.url) in self.budget.unlimited else pause

    def no_page(self, source: Source, unit: str, url: str, error: NoPageError) -> Visit:
        """Return the visit that ended in an error."""
        return self.visit(source, unit, url, error.verdict, reason=str(error))

    def nameless(self, visit: Visit) -> Visit:
        """Return a visit to a page on which nobody is named: no key is in it."""
        return replace(visit, key_id=None)


def fault(error: Exception) -> str:
    """Say where our reading stopped, without a word of what was read."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" at line {last[0].lineno} of {Path(last[0].filename).name}" if last else ""
    return f"our reading stopped{place}: {type(error).__name__}"


def conditions(held: Visit | None) -> dict[str, str]:
    """Return the headers by which a server can say that nothing changed since a visit."""
    known = {"If-None-Match": held.etag, "If-Modified-Since": held.last_modified} if held else {}
    return {name: value for name, value in known.items() if value}


def facts(response: Response) -> dict[str, str | None]:
    """Return what a visit keeps of an answer: its checksum and the validators for the next request."""
    return {
        "checksum": sha256(response.body).hexdigest(),
        "etag": header(response, "ETag"),
        "last_modified": header(response, "Last-Modified"),
    }


def download_seconds(response: Response) -> float:
    """Return the seconds from a request to its answer."""
    return float(response.meta.get("download_latency", 0.0))


def carry_over(held: Visit) -> dict[str, Any]:
    """Return what the visit of an unchanged page takes over from the one that brought it."""
    return {key: getattr(held, key) for key in ("observations", "checksum", "etag", "last_modified")}


def header(response: Response, name: str) -> str | None:
    """Return a header that is worth keeping: printable, in ASCII, and short."""
    value = (response.headers.get(name) or b"").decode("latin-1")
    return value if value.isascii() and value.isprintable() and 0 < len(value) <= LARGEST_VALIDATOR else None


def retry_after(response: Response) -> float | None:
    """Return the seconds that the host wants to be left alone, at least 0; None: it does not say."""
    value = header(response, "Retry-After") or ""
    if value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def refusal(response: Response) -> str:
    """Say in words what a server answered that gave no page."""
    reason = f"the server answered {response.status}"
    if response.status == 403 and is_html(response.body):
        return f"{reason} with a web page{_title(response.body)}: a wall against robots, or a login"
    if response.status in ASKED_TOO_MUCH:
        asked, limit = retry_after(response), header(response, LIMIT)
        reason += f", too busy{f' ({limit})' if limit else ''}"
        return reason if asked is None else f"{reason}, and wants {asked:,.0f} seconds of peace"
    if moved := header(response, "Location"):
        return f"{reason}: moved to {moved}; the catalogue must name the new address"
    said = TEXT.fullmatch(response.body[:101].decode("latin-1").strip())
    return f"{reason}: {said[0]}" if said and names_nobody(said[0]) else reason


def is_html(page: bytes) -> bool:
    """Tell whether a page is a web page, whatever its type says."""
    return page[:1000].lstrip()[:1] == b"<"


def web_page(page: bytes, expected: str) -> str:
    """Say that a web page came instead of what was expected."""
    return f"a web page{_title(page)} came instead of {expected}: a login, an error, or a wall against robots"


def names_nobody(text: str) -> bool:
    """Tell whether all words of a text are `TELLING` ones, so that it can be repeated."""
    return TELLING.issuperset(re.findall(r"[^\W\d]+", text.lower()))


def _title(page: bytes) -> str:
    """Return how a web page calls itself, where that names nobody: it may be the subject of a message."""
    found = TITLE.search(page[:20_000])
    title = " ".join(found[1].decode("utf-8", "replace").split()) if found else ""
    return f' called "{title}"' if 0 < len(title) <= LONGEST_TITLE and names_nobody(title) else ""


def counted(
    batches: Iterable[pa.RecordBatch], total: int | None, remarks: list[str], before: int | None = None
) -> Iterator[pa.RecordBatch]:
    """Pass batches of MESSAGES on; after the last one, say in `remarks` what a person should know of their number.

    `total` is what the archive says, `before` what a settled month had. Raises ValueError where there
    was no message among them.
    """
    read = quarantined = passed = 0
    for batch in batches:
        read += batch.num_rows
        passed += pc.sum(batch["passed_borders"]).as_py() or 0
        quarantined += batch.num_rows - batch["quarantine"].null_count
        yield batch
    if read and read == quarantined:
        raise ValueError(f"nothing of it could be read as a message, {read:,} parts")
    if total is not None and total != read:
        remarks.append(f"the archive says {total:,} messages, {read:,} were read")
    if before is not None and read > before:
        remarks.append(f"the month was settled and has grown from {before:,} to {read:,}")
    if quarantined:
        remarks.append(f"{quarantined:,} could not be read as messages")
    if passed:
        remarks.append(f"lines that look like the border before a message, and were not taken for one: {passed:,}")


def json_of(response: Response, what: str) -> dict[str, Any]:
    """Return an answer that is a JSON object; raises NoPageError for any other."""
    if is_html(response.body):
        raise NoPageError(Verdict.FAILED, web_page(response.body, what))
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NoPageError(Verdict.FAILED, f"what came is not {what}")
    return found


def page_facts(response: Response) -> dict[str, Any]:
    """Return what the visit of an index keeps of its page."""
    return {**facts(response), "seconds": round(download_seconds(response), 3)}


def midnight(day: date) -> datetime:
    """Return the beginning of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
