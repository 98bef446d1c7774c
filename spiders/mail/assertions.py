"""What we assume of each kind of mail archive: a probe judges it by what came (`spiders.core.recording`)."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from pipelines.model import Source, Visit
from spiders.core.recording import COMMON, Assertion, Found, NotReachedError, Recording
from spiders.mail.pipermail_pages import Volume, stated_total, volumes

GZIP = b"\x1f\x8b"
STATED = re.compile(r"the archive says ([\d,]+) messages, ([\d,]+) were read")
MOST_NAMES = 5


def unit_is_gzip_alone(recording: Recording) -> Found:
    """Judge whether the unit came as a packed file, which no header calls a packed transfer."""
    page = recording.unit_page()
    encoding = page.headers.get("content-encoding", "")
    named = f"Content-Type {page.headers.get('content-type', 'none')}, Content-Encoding {encoding or 'none'}"
    return Found(page.body.startswith(GZIP) and not encoding, named)


def totals_agree(recording: Recording) -> Found:
    """Judge whether the unit has as many messages as the archive says."""
    note = recording.unit_visit().note
    found = STATED.search(note)
    return Found(not found, found[0] if found else "")


def begins_by(recording: Recording, first: date | None) -> Found:
    """Judge whether a list begins in the month that the catalogue says."""
    if first is None:
        return Found(False, "no month is listed")
    since = recording.source.since
    return Found(first <= since.replace(day=1), f"the first month is {first:%Y-%m}, in the catalogue {since:%Y-%m}")


def _has_rows(visit: Visit) -> int:
    if visit.observations is None:
        raise NotReachedError("the unit was not read")
    return visit.observations


# ---- Mailman 2 -------------------------------------------------------------------------------------------------


def _volumes(recording: Recording) -> list[Volume]:
    table = recording.index_page()
    return volumes(table.body, table.url)


def lists_months(recording: Recording) -> Found:
    """Judge whether the table links a text file for each month."""
    found = _volumes(recording)
    months = [volume for volume in found if volume.month]
    return Found(
        bool(months) and len(months) == len(found), f"months: {len(months)}, other files: {len(found) - len(months)}"
    )


def table_begins(recording: Recording) -> Found:
    """Judge whether the oldest month of the table is that of the catalogue, or an earlier one."""
    return begins_by(recording, min((volume.month for volume in _volumes(recording) if volume.month), default=None))


def has_validators(recording: Recording) -> Found:
    """Judge whether a month comes with both validators, by which the next run asks whether it has changed."""
    missing = {"etag", "last-modified"} - recording.unit_page().headers.keys()
    return Found(not missing, f"missing: {', '.join(sorted(missing))}" if missing else "")


def page_states_total(recording: Recording) -> Found:
    """Judge whether the page of a month by date states as many messages as were read."""
    stated, read = stated_total(recording.page("/date.html").body), _has_rows(recording.unit_visit())
    return Found(stated == read, f"stated: {stated}, read: {read}")


PIPERMAIL = (
    *COMMON,
    Assertion("table", "The table links a text file for each month.", lists_months),
    Assertion("begin", "The table goes back to the month of the catalogue.", table_begins),
    Assertion("gzip", "A month comes as a packed file, without Content-Encoding.", unit_is_gzip_alone),
    Assertion("validators", "A month has ETag and Last-Modified.", has_validators),
    Assertion("total", "The page of a month by date states how many messages it has.", page_states_total),
)

# ---- Mailman 3 -------------------------------------------------------------------------------------------------


def names_of_lists(source: Source) -> Sequence[str]:
    """Return the url that names the lists of an archive."""
    return [f"{_root(source)}api/lists/?format=json&limit=100"]


def _root(source: Source) -> str:
    return source.urls[0].partition("list/")[0]


def _listed(recording: Recording) -> list[str]:
    answer = recording.page("/api/lists/").json()
    return [entry["name"].lower() for entry in answer["results"]]


def names_the_list(recording: Recording) -> Found:
    """Judge whether the archive names the list among its public ones."""
    listed = _listed(recording)
    return Found(recording.source.address in listed, f"lists: {len(listed)}")


def has_no_retired_list(recording: Recording) -> Found:
    """Judge whether the lists that we read from the earlier archive of this host are there only."""
    host = urlsplit(recording.source.urls[0]).hostname
    earlier = {
        one.address: one.name
        for one in recording.declared
        if one.kind == "pipermail" and one.enabled and one.urls and urlsplit(one.urls[0]).hostname == host
    }
    both = sorted(earlier[address] for address in earlier.keys() & set(_listed(recording)))
    return Found(not both, f"also here: {', '.join(both[:MOST_NAMES])}" if both else "")


def states_total(recording: Recording) -> Found:
    """Judge whether one small question gives the total of the list."""
    answer = recording.page("/emails/?").json()
    return Found(type(answer["count"]) is int, f"count is {answer['count']!r:.20}")


HYPERKITTY = (
    *COMMON,
    Assertion("list", "The archive names this list.", names_the_list, names_of_lists),
    Assertion("retired", "Lists that we read as Pipermail are not here too.", has_no_retired_list),
    Assertion("count", "The API states how many messages the list has.", states_total),
    Assertion("export", "A month is exported as a packed mailbox, without Content-Encoding.", unit_is_gzip_alone),
)

# ---- Pony Mail -------------------------------------------------------------------------------------------------


def _stats(recording: Recording) -> dict[str, Any]:
    found: dict[str, Any] = recording.page("stats.lua").json()
    return found


def _months(recording: Recording) -> dict[str, Any]:
    months = _stats(recording)["active_months"]
    if isinstance(months, list):
        return {key: value for one in months for key, value in one.items()}
    found: dict[str, Any] = months
    return found


def months_are_an_object(recording: Recording) -> Found:
    """Judge the shape in which the totals of months come; the reader takes both."""
    months = _stats(recording)["active_months"]
    return Found(isinstance(months, dict), "an object" if isinstance(months, dict) else "a list")


def totals_begin(recording: Recording) -> Found:
    """Judge whether the list has mail from the month of the catalogue on."""
    return begins_by(recording, min(_firsts(_months(recording)), default=None))


def _firsts(months: dict[str, Any]) -> Iterator[date]:
    return (date(int(year), int(month), 1) for year, _, month in (key.partition("-") for key in months))


def month_is_mbox(recording: Recording) -> Found:
    """Judge whether GET with `d=` gives the mailbox of that month alone: it has as many messages as the totals say."""
    page = recording.unit_page()
    kind = page.headers.get("content-type", "none")
    agree = totals_agree(recording)
    return Found(agree.holds and "mbox" in kind, "; ".join(filter(None, (f"Content-Type {kind}", agree.how))))


PONYMAIL = (
    *COMMON,
    Assertion("shape", "The totals of months are an object.", months_are_an_object),
    Assertion("begin", "The list has mail from the month of the catalogue on.", totals_begin),
    Assertion("mbox", "GET gives the mailbox of one month, with as many messages as its total.", month_is_mbox),
)

# ---- captures --------------------------------------------------------------------------------------------------


def has_captures(recording: Recording) -> Found:
    """Judge whether the index has captures of text files of months, with the columns that were asked for."""
    columns, *rows = json.loads(recording.index_page().body) or [[]]
    return Found(bool(rows) and "timestamp" in columns, f"captures: {len(rows):,}")


ARCHIVEORG = (*COMMON, Assertion("captures", "Months of the list were captured.", has_captures))
