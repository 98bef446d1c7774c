"""The spider of kind `series_status`: a file that lists release series with their dates, as OpenStack keeps one.

A unit is a file, its name is the file's. The reading half below the spider turns the bytes into
rows; it knows no network and no clock.
"""

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pyarrow as pa
import yaml

from pipelines.catalogue.urls import file_of
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import SERIES
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact
from spiders.core.bodies import is_html
from spiders.core.pages import PageSpider, carry_over
from spiders.core.responses import NOT_MODIFIED, download_seconds, facts
from spiders.core.verdicts import MAX_REASON, NoPageError, check_plain
from spiders.readers import VERSIONS

LARGEST_FILE = 1 << 20
DEEPEST = 8
WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


class SeriesStatusSpider(PageSpider):
    """Asks for each file, on condition that it changed, and lands the series in it."""

    name = "series_status"
    kind = "series_status"
    reader = VERSIONS["series_status"]

    async def walk(self, source: Source) -> AsyncIterator[Harvest | Visit]:
        """Yield a harvest for each file, or only a visit where there is nothing new or nothing to read."""
        self.due_units[source.id] = len(source.urls)
        for url in self.sample(source.urls):
            unit = file_of(url)
            if self.is_wanted(unit) and (found := await self.attempt(source, unit, url, self.file(source, unit, url))):
                yield found

    def visit(self, source: Source, unit: str, url: str, verdict: Verdict, **facts: Any) -> Visit:
        """Return the visit that ends now; no key is in it, because nobody is named in such a file."""
        return self.without_key_id(super().visit(source, unit, url, verdict, **facts))

    async def file(self, source: Source, unit: str, url: str) -> Harvest | Visit:
        """Ask for one file and read it."""
        held = self.current_visit(source, unit)
        try:
            response = await self.ask(url, LARGEST_FILE, held)
            known = facts(response)
            if held and (response.status == NOT_MODIFIED or held.checksum == known["checksum"]):
                return self.visit(source, unit, url, Verdict.UNCHANGED, **carry_over(held))
            rows = series(response.body)
        except NoPageError as error:
            return self.error_visit(source, unit, url, error)
        except ValueError as wrong:
            reason = redact(str(wrong))[:MAX_REASON]
            return self.visit(source, unit, url, Verdict.FAILED, reason=reason)
        visit = self.visit(source, unit, url, Verdict.OK, **known)
        return Harvest(visit=visit, fetched_in=download_seconds(response), schema=SERIES, batches=[rows], tags=[])


def series(page: bytes) -> pa.RecordBatch:
    """Read a list of release series into a batch of the schema SERIES, in its order.

    Raises ValueError for any other page (empty, HTML, a login page with status 200, other YAML),
    for a series without name or status, for a name that is there twice and for a date that is none.
    """
    if is_html(page):
        raise ValueError("a web page came instead of the list of series")
    try:
        check_plain(page, "the list of series", DEEPEST)
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
