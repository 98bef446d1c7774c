"""The page that compares the platforms themselves, 2013 and today, as others state them and as we count."""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipelines.catalogue.platform_facts import THEN, TIMELESS, TODAY, TOPICS
from reports import render
from reports.answers import Answers, Row
from reports.text.formats import format_day, format_month, pluralize
from reports.text.sentences import WINDOW

MONTH_THEN = date(2013, 11, 1)
"""The month of 2013 of which we count: that after the autumn's releases."""
ERA_WORDS = {THEN: "2013", TODAY: "today", None: "any time"}
DATED_BY = {
    "curated": "as the catalogue states",
    "series": "by the project's own list",
    "tag": "by its tag",
    "commit": "by its commit, which can be off",
}


@dataclass
class Cell:
    """What one community's platform is in one era, on one topic: statements, what we count, what differs."""

    name: str
    facts: list[Row]
    counted: str = ""
    differs: list[str] = field(default_factory=list)


def page(known: Answers) -> str:
    """Return platforms.html."""
    stated = [row | {"number": number} for number, row in enumerate(known.profile, 1)]
    return render.page(
        "platforms.html", known, "the platforms", "",
        charts=[],
        topics=[_topic(known, stated, topic) for topic in TOPICS],
        stated=stated,
        formats=[row | {"taken": list(_taken(known, row["name"]))} for row in known.image_formats],
    )  # fmt: skip


def _topic(known: Answers, stated: Sequence[Row], topic: str) -> dict[str, Any]:
    """One topic of the table: a line for each era, a cell for each community."""
    heading, asks = TOPICS[topic]
    eras = [None] if topic in TIMELESS else [THEN, TODAY]
    own = [row for row in stated if row["topic"] == topic]
    lines = [(ERA_WORDS[era], [_cell(known, own, slug, topic, era) for slug in known.names]) for era in eras]
    return {"id": topic, "heading": heading, "asks": asks, "lines": lines}


def _cell(known: Answers, own: Iterable[Row], slug: str, topic: str, era: str | None) -> Cell:
    cell = Cell(known.names[slug], [row for row in own if (row["community"], row["era"]) == (slug, era)])
    releases = [row for row in known.of("releases", slug) if row["released_at"]]
    if topic == "first-release":
        cell.counted = _named("first", min(releases, key=_age, default=None))
        cell.differs = [said for row in cell.facts for said in _against_version(row, releases)]
    elif topic == "release":
        then = era == THEN
        newest = newest_of(releases, _end(MONTH_THEN) if then else date.max)
        cell.counted = _named(f"newest by the end of {format_month(MONTH_THEN)}" if then else "newest", newest)
        cell.differs = [said for row in cell.facts for said in _against_newest(row, releases)]
    elif topic == "cadence":
        window = MONTH_THEN if era == THEN else known.month
        lines, seen = counted_lines(known, slug, window)
        cell.counted = _a_year(lines, seen, window)
        cell.differs = [said for row in cell.facts for said in _against_cadence(row, lines, seen)]
    return cell


def _named(which: str, release: Row | None) -> str:
    if release is None:
        return "no release is known"
    dated = DATED_BY.get(release["dated_by"], release["dated_by"])
    return f"{which}: {_version(release)}, {format_day(release['released_at'])} ({dated})"


def _version(release: Row) -> str:
    """The version with the name of its series, if it has one."""
    parts = dict.fromkeys(filter(None, (release["series"], release["version"])))
    return " ".join(part.capitalize() if part.isalpha() else part for part in parts)


def _against_version(fact: Row, releases: Sequence[Row]) -> Iterator[str]:
    """Yield how a statement about a version differs from the releases that we hold."""
    if fact["version"] is None:
        return
    held = next((row for row in releases if fact["version"] in (row["version"], row["series"])), None)
    if held is None:
        yield f"{fact['version']} is not among the releases that we hold"
    elif fact["day"] not in (None, held["released_at"]):
        yield f"stated {format_day(fact['day'])}, here {format_day(held['released_at'])}"


def _against_newest(fact: Row, releases: Sequence[Row]) -> Iterator[str]:
    """Yield that too, and another version that was the newest when it was said."""
    yield from _against_version(fact, releases)
    newest = newest_of(releases, _last_day(fact["as_of"]))
    if newest and fact["version"] not in (None, newest["version"], newest["series"]):
        yield f"the newest then was {_version(newest)} here"


def newest_of(releases: Iterable[Row], until: date) -> Row | None:
    """The newest release up to a day; of one day the highest version."""
    return max((row for row in releases if row["released_at"] <= until), key=_age, default=None)


def _age(release: Row) -> tuple[date, list[int]]:
    return release["released_at"], [int(number) for number in re.findall(r"\d+", release["version"])]


def counted_lines(known: Answers, slug: str, last: date) -> tuple[float, int]:
    """How many new lines of versions the twelve months to `last` brought, and how many of the months were seen."""
    first = date(last.year - 1, last.month, 1)
    rows = [row for row in known.of("monthly", slug) if row["metric"] == "releases" and first < row["month"] <= last]
    values = [row["value"] for row in rows if row["value"] is not None]
    return sum(values), len(values)


def _a_year(lines: float, seen: int, last: date) -> str:
    if not seen:
        return f"not observed in the twelve months to {format_month(last)}"
    of = "" if seen == WINDOW else f" ({seen} of {WINDOW} months seen)"
    return f"{pluralize(int(lines), 'new line')} of versions in the twelve months to {format_month(last)}{of}"


def _against_cadence(fact: Row, lines: float, seen: int) -> Iterator[str]:
    """Yield that the count lies outside what a stated cadence means, where every month was seen."""
    least, most = fact["per_year_at_least"], fact["per_year_at_most"]
    if seen == WINDOW and least is not None and not least <= lines <= most:
        span = f"{least:g}" if least == most else f"{least:g} to {most:g}"
        yield f"stated are {span} a year, counted {lines:g}"


def _end(month: date) -> date:
    return date(month.year, month.month, monthrange(month.year, month.month)[1])


def _last_day(as_of: str) -> date:
    """The last day of the year, month or day of which something is said."""
    year, month, day = [*map(int, as_of.split("-")), 0, 0][:3]
    return date(year, month, day) if day else _end(date(year, month or 12, 1))


def _taken(known: Answers, format_name: str) -> Iterator[tuple[str, str]]:
    """Yield each community of whose platform a format is stated, with the eras."""
    for slug, name in known.names.items():
        rows = [row for row in known.of("profile", slug) if format_name in row["said"]]
        stated = {row["era"] for row in rows if row["topic"] == "image-formats"}
        if stated:
            yield name, " and ".join(ERA_WORDS[era] for era in (THEN, TODAY) if era in stated)
