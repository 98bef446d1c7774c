"""The page that compares the platforms themselves, 2013 and today, as others state them and as we count."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from pipelines.catalogue.platform_facts import THEN, TIMELESS, TODAY, TOPICS
from reports.pages.context import Context, Row
from reports.render import render_page
from reports.text.formats import format_day, format_month, pluralize
from reports.text.language import gettext
from reports.text.sentences import WINDOW

MONTH_THEN = date(2013, 11, 1)
"""The month of 2013 of which we count: that after the autumn's releases."""
PERIOD_WORDS = {THEN: "2013", TODAY: "today", None: "any time"}
DATED_BY = {
    "curated": gettext("as the catalogue states"),
    "series": gettext("by the project's own list"),
    "tag": gettext("by its tag"),
    "commit": gettext("by its commit, which can be off"),
}


@dataclass(frozen=True)
class Cell:
    """What one community's platform is in one period, on one topic: statements, what we count, what differs."""

    name: str
    facts: Sequence[Row]
    counted: str = ""
    differs: Sequence[str] = ()


@dataclass(frozen=True)
class Answers:
    """What is stated of the platforms, and what we count beside it: releases by community, new lines by period."""

    facts: Sequence[Row]
    releases: Mapping[str, Sequence[Row]]
    cadences: Mapping[tuple[str, str], Row]


def page(site: Context) -> str:
    """Return platforms.html."""
    answers = Answers(
        site.rows("platforms", "facts"),
        {slug: list(rows) for slug, rows in groupby(site.rows("platforms", "releases"), key=lambda r: r["community"])},
        {
            (row["community"], row["period"]): row
            for row in site.rows("platforms", "cadence", then=MONTH_THEN, now=site.month)
        },
    )
    return render_page(
        "platforms.html", site=site, here="the platforms", root="", charts=[],
        topics=[_topic(site, answers, topic) for topic in TOPICS],
        stated=answers.facts,
        formats=list(_formats(site.rows("platforms", "image_formats"))),
    )  # fmt: skip


def _topic(site: Context, answers: Answers, topic: str) -> dict[str, Any]:
    """Return one topic of the table: a line for each period, a cell for each community."""
    heading, asks = TOPICS[topic]
    periods = [None] if topic in TIMELESS else [THEN, TODAY]
    lines = [(PERIOD_WORDS[each], [_cell(answers, row, topic, each) for row in site.communities]) for each in periods]
    return {"id": topic, "heading": heading, "asks": asks, "lines": lines}


def _cell(answers: Answers, community: Row, topic: str, period: str | None) -> Cell:
    slug = community["community"]
    facts = [row for row in answers.facts if (row["community"], row["topic"], row["period"]) == (slug, topic, period)]
    releases = answers.releases.get(slug, ())
    counted = ""
    differs: list[str] = []
    if topic == "first-release":
        counted = _release(gettext("first: {version}, {day} ({dated_by})"), next(iter(releases), None))
        differs = [text for row in facts for text in against_version(row, releases)]
    elif topic == "release":
        counted = _newest(releases, is_then=period == THEN)
        differs = [text for row in facts for text in against_newest(row, releases)]
    elif topic == "cadence":
        cadence = answers.cadences[slug, str(period)]
        counted = cadence_text(cadence)
        differs = [text for row in facts for text in against_cadence(row, cadence)]
    return Cell(community["name"], facts, counted, differs)


def _newest(releases: Sequence[Row], *, is_then: bool) -> str:
    if not is_then:
        return _release(gettext("newest: {version}, {day} ({dated_by})"), newest_of(releases, date.max))
    said = gettext("newest by the end of {month}: {version}, {day} ({dated_by})")
    return _release(said, newest_of(releases, _end(MONTH_THEN)))


def _release(said: str, release: Row | None) -> str:
    if release is None:
        return gettext("no release is known")
    return said.format(
        version=_version(release), day=format_day(release["released_at"]), month=format_month(MONTH_THEN),
        dated_by=DATED_BY.get(release["dated_by"], release["dated_by"]),
    )  # fmt: skip


def _version(release: Row) -> str:
    """Return the version with the name of its series, if it has one."""
    parts = dict.fromkeys(filter(None, (release["series"], release["version"])))
    return " ".join(part.capitalize() if part.isalpha() else part for part in parts)


def against_version(fact: Row, releases: Iterable[Row]) -> Iterator[str]:
    """Yield how a statement about a version differs from the releases that we hold."""
    if fact["version"] is None:
        return
    held = next((row for row in releases if fact["version"] in (row["version"], row["series"])), None)
    if held is None:
        yield gettext("{version} is not among the releases that we hold").format(version=fact["version"])
    elif fact["day"] not in (None, held["released_at"]):
        said = gettext("stated {stated}, here {held}")
        yield said.format(stated=format_day(fact["day"]), held=format_day(held["released_at"]))


def against_newest(fact: Row, releases: Sequence[Row]) -> Iterator[str]:
    """Yield that too, and another version that was the newest when the statement was made."""
    yield from against_version(fact, releases)
    newest = newest_of(releases, _last_day(fact["as_of"]))
    if newest and fact["version"] not in (None, newest["version"], newest["series"]):
        yield gettext("the newest then was {version} here").format(version=_version(newest))


def newest_of(releases: Sequence[Row], until: date) -> Row | None:
    """Return the newest release up to a day, of releases in the order of `queries/platforms/releases.sql`."""
    return next((row for row in reversed(releases) if row["released_at"] <= until), None)


def cadence_text(cadence: Row) -> str:
    """Return how many new lines of versions twelve months brought, from a row of `queries/platforms/cadence.sql`."""
    month, lines = format_month(cadence["last"]), pluralize(int(cadence["lines"]), "new line")
    if not cadence["months"]:
        return gettext("not observed in the twelve months to {month}").format(month=month)
    if cadence["months"] == WINDOW:
        return gettext("{lines} of versions in the twelve months to {month}").format(lines=lines, month=month)
    said = gettext("{lines} of versions in the twelve months to {month} ({months} of {window} months seen)")
    return said.format(lines=lines, month=month, months=cadence["months"], window=WINDOW)


def against_cadence(fact: Row, cadence: Row) -> Iterator[str]:
    """Yield that the count lies outside what a stated cadence means, where every month was seen."""
    least, most, lines = fact["per_year_at_least"], fact["per_year_at_most"], cadence["lines"]
    if cadence["months"] == WINDOW and least is not None and not least <= lines <= most:
        span = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        yield gettext("stated are {span} a year, counted {lines:g}").format(span=span, lines=lines)


def _end(month: date) -> date:
    return date(month.year, month.month, monthrange(month.year, month.month)[1])


def _last_day(as_of: str) -> date:
    """Return the last day of the year, month or day of which something is stated."""
    year, month, day = [*map(int, as_of.split("-")), 0, 0][:3]
    return date(year, month, day) if day else _end(date(year, month or 12, 1))


PERIODS_TEXTS = {
    (True, True): gettext("{name}: 2013 and today"),
    (True, False): gettext("{name}: 2013"),
    (False, True): gettext("{name}: today"),
}


def _formats(image_formats: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Yield each image format with the platforms of which it is stated."""
    for name, answer in groupby(image_formats, key=lambda row: row["format"]):
        rows = list(answer)
        platforms = [PERIODS_TEXTS[row["in_2013"], row["is_today"]].format(name=row["name"]) for row in rows]
        yield {"name": name, "meaning": rows[0]["meaning"], "source": rows[0]["source"], "platforms": platforms}
