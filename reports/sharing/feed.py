"""An Atom feed (RFC 4287): every closed edition, and every change of a score beyond its noise within a year."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pipelines.editions.store import Revision
from reports.pages import editions, time_month
from reports.pages.context import Context, Row
from reports.text.changes import step_text
from reports.text.demo import notice_text
from reports.text.formats import format_month, format_window, next_month
from reports.text.labels import family_phrase
from reports.text.language import LANGUAGE, folder, gettext

PATH, OWN = "feed.xml", folder(LANGUAGE)
ATOM = "http://www.w3.org/2005/Atom"
CLOSES_AFTER = timedelta(days=5)
"""The ranking of a month is closed on the sixth day of the next one."""
MOST_ENTRIES = 100


def feed(site: Context, revisions: Sequence[Revision]) -> bytes:
    """Return the feed, the newest entry first; the same database and editions give the same bytes."""
    root = Element("feed", {"xmlns": ATOM, "xml:lang": LANGUAGE})
    entries = sorted([*_editions(site, revisions), *_changes(site)], key=lambda one: one["updated"], reverse=True)
    shown = entries[:MOST_ENTRIES]
    _fill(root, {
        "id": _id(site, "feed"), "title": gettext("stackrank: public activity of open-source communities"),
        "subtitle": notice_text(site.build["shows"]),
        "updated": shown[0]["updated"] if shown else _stamp(site.build["built_at"]),
    })  # fmt: skip
    SubElement(SubElement(root, "author"), "name").text = "stackrank project"
    SubElement(root, "link", rel="self", href=site.link(OWN + PATH))
    SubElement(root, "link", rel="alternate", href=site.link(f"{OWN}index.html"))
    for entry in shown:
        _add(root, entry)
    indent(root)
    return tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _add(root: Element, entry: dict[str, str]) -> None:
    element = SubElement(root, "entry")
    _fill(element, {key: entry[key] for key in ("id", "title", "updated", "summary")})
    SubElement(element, "link", rel="alternate", href=entry["link"])


def _fill(element: Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        if text:
            SubElement(element, name).text = text


def _id(site: Context, what: str) -> str:
    """Return an id that stays the same, of a site of these communities."""
    slugs = ",".join(sorted(row["community"] for row in site.communities))
    return uuid5(NAMESPACE_URL, f"stackrank:{slugs}:{OWN}{what}").urn


def _editions(site: Context, revisions: Sequence[Revision]) -> Iterator[dict[str, str]]:
    for one in revisions:
        yield {
            "id": _id(site, f"edition:{one.folder.as_posix()}"),
            "title": _edition_title(one), "updated": _stamp(one.closed_at),
            "summary": f"{_closed_text(one)} {one.reason}".strip(), "link": site.link(OWN + editions.PATH),
        }  # fmt: skip


def _closed_text(one: Revision) -> str:
    if one.period.is_quarter:
        return gettext("The calendar quarter {name} is closed.").format(name=one.period.name)
    return gettext("The ranking of {window} is closed.").format(window=format_window(one.month))


def _edition_title(one: Revision) -> str:
    named = one.period.name if one.period.is_quarter else format_month(one.month)
    if one.revision == 1:
        return gettext("Edition {month}").format(month=named)
    return gettext("Edition {month}, revision {number}").format(month=named, number=one.revision)


def _changes(site: Context) -> Iterator[dict[str, str]]:
    """Yield an entry for each window and ranking in which a score moved."""
    rows = site.rows("sharing", "moves")
    for (month, family), moved in groupby(rows, key=lambda row: (row["as_of"], row["family"])):
        title = gettext("{month}: changes in the ranking by {what}")
        yield {
            "id": _id(site, f"changes:{month:%Y-%m}:{family}"),
            "title": title.format(month=format_month(month), what=family_phrase(family)),
            "updated": _stamp(_closing(month)), "summary": _summary(list(moved)),
            "link": site.link(OWN + time_month.path(f"{month:%Y-%m}")),
        }  # fmt: skip


def _summary(moved: Sequence[Row]) -> str:
    since = gettext("Against the twelve months to {month}:").format(month=format_month(moved[0]["earlier"]))
    return " ".join([since, *map(step_text, moved)])


def _closing(month: Any) -> datetime:
    return datetime.combine(next_month(month), datetime.min.time(), UTC) + CLOSES_AFTER


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
