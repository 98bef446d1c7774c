"""What the platforms are, 2013 and today: topics as stated and as we count, and matrices of what they take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from pipelines.catalogue.platform_facts import OF_RELEASES, THEN, TIMELESS, TODAY, TOPICS
from reports.pages.context import Context, Row
from reports.text.formats import format_day, format_month, pluralize
from reports.text.language import gettext, translate
from reports.text.rules import WINDOW

MONTH_THEN = date(2013, 11, 1)
"""The month of 2013 of which we count: that after the autumn's releases."""
RELEASE_TEXTS = {
    None: gettext("first: {version}, {day} ({dated_by})"),
    THEN: gettext("newest by the end of {month}: {version}, {day} ({dated_by})"),
    TODAY: gettext("newest: {version}, {day} ({dated_by})"),
}
PERIOD_WORDS = {THEN: "2013", TODAY: gettext("today"), None: gettext("any time")}
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
    """What is stated of the platforms, and beside it what we count, by community and period, and what differs."""

    facts: Sequence[Row]
    releases: Mapping[tuple[str, str | None], Row]
    cadences: Mapping[tuple[str, str], Row]
    differences: Mapping[int, Sequence[Row]]


def read_answers(site: Context) -> Answers:
    """Ask for all statements about the platforms, and what we count beside them."""
    months = {"then": MONTH_THEN, "now": site.month}
    differences = groupby(site.rows("talk", "differences", **months), key=itemgetter("number"))
    return Answers(
        facts=site.rows("talk", "facts"),
        releases={_of(row): row for row in site.rows("talk", "releases", **months)},
        cadences={_of(row): row for row in site.rows("talk", "cadence", **months)},
        differences={number: list(rows) for number, rows in differences},
    )


def topics(site: Context, answers: Answers) -> list[dict[str, Any]]:
    """Return all topics of the table, in their order."""
    return [_topic(site, answers, topic) for topic in TOPICS]


def _of(row: Row) -> tuple[str, Any]:
    return row["community"], row["period"]


def _topic(site: Context, answers: Answers, topic: str) -> dict[str, Any]:
    """Return one topic of the table: a line for each period, a cell for each community."""
    heading, asks = TOPICS[topic]
    periods = [None] if topic in TIMELESS else [THEN, TODAY]
    lines = [(PERIOD_WORDS[each], [_cell(answers, row, topic, each) for row in site.communities]) for each in periods]
    return {"id": topic, "heading": translate(heading), "asks": translate(asks), "lines": lines}


def _cell(answers: Answers, community: Row, topic: str, period: str | None) -> Cell:
    slug = community["community"]
    facts = [row for row in answers.facts if (*_of(row), row["topic"]) == (slug, period, topic)]
    differs = [difference_text(row) for fact in facts for row in answers.differences.get(fact["number"], ())]
    counted = ""
    if topic in OF_RELEASES:
        counted = release_text(answers.releases[slug, period])
    elif topic == "cadence":
        counted = cadence_text(answers.cadences[slug, str(period)])
    return Cell(community["name"], facts, counted, differs)


def release_text(release: Row) -> str:
    """Return which release is the first or the newest, from a row of `queries/talk/releases.sql`."""
    if release["version"] is None:
        return gettext("no release is known")
    return RELEASE_TEXTS[release["period"]].format(
        version=_version(release), day=format_day(release["released_at"]), month=format_month(MONTH_THEN),
        dated_by=DATED_BY.get(release["dated_by"], release["dated_by"]),
    )  # fmt: skip


def _version(release: Row) -> str:
    """Return the version with the name of its series, if it has one."""
    parts = dict.fromkeys(filter(None, (release["series"], release["version"])))
    return " ".join(part.capitalize() if part.isalpha() else part for part in parts)


def cadence_text(cadence: Row) -> str:
    """Return how many new lines of versions twelve months brought, from a row of `queries/talk/cadence.sql`."""
    month, lines = format_month(cadence["last"]), pluralize(int(cadence["lines"]), "new line")
    if not cadence["months"]:
        return gettext("not observed in the twelve months to {month}").format(month=month)
    if cadence["months"] == WINDOW:
        return gettext("{lines} of versions in the twelve months to {month}").format(lines=lines, month=month)
    said = gettext("{lines} of versions in the twelve months to {month} ({months} of {window} months seen)")
    return said.format(lines=lines, month=month, months=cadence["months"], window=WINDOW)


def difference_text(row: Row) -> str:
    """Return how a statement differs from what we count, from a row of `queries/talk/differences.sql`."""
    if row["code"] == "other_day":
        said = gettext("stated {stated}, here {held}")
        return said.format(stated=format_day(row["stated_day"]), held=format_day(row["held_day"]))
    if row["code"] == "other_newest":
        return gettext("the newest then was {version} here").format(version=_version(row))
    if row["code"] == "other_cadence":
        least, most = row["at_least"], row["at_most"]
        span = f"{least:g}" if least == most else gettext("{least:g} to {most:g}").format(least=least, most=most)
        return gettext("stated are {span} a year, counted {lines:g}").format(span=span, lines=row["lines"])
    return gettext("{version} is not among the releases that we hold").format(version=row["version"])


def matrix(site: Context, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a line for each name: in each community's columns 2013 and today the statement that says it, or None."""
    return [_matrix_line(site, name, list(own)) for name, own in groupby(rows, key=itemgetter("name"))]


def _matrix_line(site: Context, name: str, rows: Sequence[Row]) -> dict[str, Any]:
    stated = {_of(row): row for row in rows}
    columns = [(row["community"], period) for row in site.communities for period in (THEN, TODAY)]
    return {"name": name, "meaning": rows[0].get("meaning"), "source": rows[0].get("source"),
            "cells": [stated.get(column) for column in columns]}  # fmt: skip
