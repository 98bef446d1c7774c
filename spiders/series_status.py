"""The spider of kind `series_status`: a file that lists release series with their dates, as OpenStack keeps one.

A unit is a file, its name is the file's. The reading half below the spider turns the bytes into
rows; it knows no network and no clock.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pyarrow as pa
import scrapy
import yaml
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from pipelines.communities import file_of
from pipelines.landing import SERIES, Harvest
from pipelines.nouns import Source, Verdict, Visit
from pipelines.pseudonyms import redact
from spiders.base import SourceSpider

LARGEST_FILE = 1 << 20
LARGEST_VALIDATOR = 200
DEEPEST = 8
NOT_MODIFIED = 304
VERDICTS = {
    404: Verdict.GONE,
    410: Verdict.GONE,
    401: Verdict.REFUSED,
    403: Verdict.REFUSED,
    429: Verdict.REFUSED,
}
WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class SeriesStatusSpider(SourceSpider):
    """Asks for each file, on condition that it changed, and lands the series in it."""

    name = "series_status"
    kind = "series_status"
    reader = "series_status/1"

    async def start(self) -> AsyncIterator[Any]:
        """Ask for each file; an address that moved is not followed, the catalogue must name the new one."""
        for source in self.sources:
            for url in source.urls:
                unit = file_of(url)
                if self.wanted(unit):
                    yield scrapy.Request(
                        url,
                        callback=self.parse,
                        errback=self.failed,
                        headers=self.validators(source, unit),
                        dont_filter=True,
                        cb_kwargs={"source": source, "unit": unit},
                        meta={
                            "dont_redirect": True,
                            "download_maxsize": LARGEST_FILE,
                            "handle_httpstatus_list": [NOT_MODIFIED],
                        },
                    )

    def visit(self, source: Source, unit: str, url: str, verdict: Verdict, **facts: Any) -> Visit:
        """Return the visit that ends now; no key is in it, because nobody is named in such a file."""
        return replace(super().visit(source, unit, url, verdict, **facts), key_id=None)

    def readable(self, source: Source, unit: str) -> Visit | None:
        """Return the visit that brought what we hold, if the reader of today has read it."""
        held = self.held.get((source.community, source.name, unit))
        return held if held and held.reader == self.reader else None

    def validators(self, source: Source, unit: str) -> dict[str, str]:
        """Return the headers by which a server can say that nothing changed since our harvest."""
        held = self.readable(source, unit)
        known = {"If-None-Match": held.etag, "If-Modified-Since": held.last_modified} if held else {}
        return {name: value for name, value in known.items() if value}

    def parse(self, response: Response, source: Source, unit: str) -> Iterator[Any]:
        """Yield a harvest, or only a visit where there is nothing new or nothing to read."""
        held = self.readable(source, unit)
        checksum = sha256(response.body).hexdigest()
        if held and (response.status == NOT_MODIFIED or held.checksum == checksum):
            facts = {key: getattr(held, key) for key in ("observations", "checksum", "etag", "last_modified")}
            yield self.visit(source, unit, response.url, Verdict.UNCHANGED, **facts)
            return
        try:
            rows = series(response.body)
        except ValueError as wrong:
            yield self.visit(source, unit, response.url, Verdict.FAILED, reason=redact(str(wrong))[:300])
            return
        facts = {"checksum": checksum, "etag": _header(response, "ETag")}
        facts |= {"last_modified": _header(response, "Last-Modified")}
        yield Harvest(
            visit=self.visit(source, unit, response.url, Verdict.OK, **facts),
            fetched_in=response.meta["download_latency"],
            schema=SERIES,
            batches=[rows],
            tags=[],
        )

    def failed(self, failure: Failure) -> Visit:
        """Turn a request that brought no file into its visit."""
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]
        verdict, reason = told(failure.value)
        known = request.cb_kwargs
        return self.visit(known["source"], known["unit"], request.url, verdict, reason=redact(reason)[:300])


def told(error: BaseException | None) -> tuple[Verdict, str]:
    """Return the verdict on a request that failed, and why."""
    if not isinstance(error, HttpError):
        kept_out = "robots.txt" in str(error)
        return Verdict.REFUSED if kept_out else Verdict.FAILED, f"{type(error).__name__}: {error}"
    status = error.response.status
    reason = f"the server answered {status}"
    if moved := _header(error.response, "Location"):
        reason += f": moved to {moved}; the catalogue must name the new address"
    return VERDICTS.get(status, Verdict.FAILED), reason


def _header(response: Response, name: str) -> str | None:
    """Return a header that is worth keeping: printable, in ASCII, and short."""
    value = (response.headers.get(name) or b"").decode("latin-1")
    return value if value.isascii() and value.isprintable() and 0 < len(value) <= LARGEST_VALIDATOR else None


def series(page: bytes) -> pa.RecordBatch:
    """Read a list of release series into a batch of the schema SERIES, in its order.

    Raises ValueError for any other page (empty, HTML, a login page with status 200, other YAML),
    for a series without name or status, for a name that is there twice and for a date that is none.
    """
    if page.lstrip()[:1] == b"<":
        raise ValueError("a web page came instead of the list of series")
    try:
        _check_plain(page)
        # Every value stays text: 2026.10 must not become a number, nor a long number an integer.
        blocks = yaml.load(page, Loader=yaml.CBaseLoader)  # noqa: S506  (builds texts, lists and mappings only)
    except yaml.YAMLError:
        raise ValueError("the list of series is not YAML") from None
    if not isinstance(blocks, list) or not blocks:
        raise ValueError("the page is no list of series")
    rows = [_series(block, number) for number, block in enumerate(blocks, 1)]
    if len({row["name"] for row in rows}) < len(rows):
        raise ValueError("a series stands in the list twice")
    return pa.RecordBatch.from_pylist(rows, schema=SERIES)


def _check_plain(page: bytes) -> None:
    """Refuse what such a list never has and what a reader could choke on: references, deep nesting."""
    depth = 0
    for event in yaml.parse(page, Loader=yaml.CBaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or isinstance(event, yaml.AliasEvent):
            raise ValueError("the list of series is nested too deeply, or has references in it")


def _series(block: object, number: int) -> dict[str, str | date | None]:
    where = f"series {number} of the list"
    if not isinstance(block, dict) or not block:
        raise ValueError(f"{where} is no mapping")
    return {
        "name": _words(block.get("name"), f"{where}: name"),
        "release_id": _words(block.get("release-id"), f"{where}: release-id") if "release-id" in block else None,
        "status": _words(block.get("status"), f"{where}: status"),
        "initial_release": _day(block.get("initial-release"), f"{where}: initial-release"),
        "end_of_life": _day(block.get("eol-date"), f"{where}: eol-date"),
    }


def _words(value: object, what: str) -> str:
    if not isinstance(value, str) or not WORDS.fullmatch(value):
        raise ValueError(f"{what}: missing, or not a few plain words")
    return value


def _day(value: object, what: str) -> date | None:
    """Read a date; None where there is none, as with a planned series."""
    if value is None:
        return None
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError(f"{what}: not a date")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{what}: there is no day {value}") from None
