"""The pages that lead from a number of a community to what it was counted from, month by month."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from reports.answers import question
from reports.pages.context import Context, Row
from reports.render import render_page
from reports.text.addresses import log_address, public_address
from reports.text.evidence import figures_text

FOLDER = "evidence"
TALK = "talk/"


def keys(site: Context) -> list[str]:
    """Return the pages: `slug` for the numbers and repositories of a community, `talk/slug` for its lists."""
    listed = site.grouped(FOLDER, "lists", "community")
    slugs = [row["community"] for row in site.communities]
    return slugs + [f"{TALK}{slug}" for slug in slugs if slug in listed]


def path(key: str) -> str:
    """Return where a page lies in the site."""
    return f"{FOLDER}/{key}.html"


def page(site: Context, key: str) -> str:
    """Return a page of evidence: figures and repositories of a community, or its lists and forums."""
    slug = key.removeprefix(TALK)
    own = {"site": site, "here": FOLDER, "community": site.of(slug), "charts": ()}
    return _code_page(site, slug, own) if slug == key else _talk_page(site, slug, own)


def _code_page(site: Context, slug: str, own: Mapping[str, Any]) -> str:
    units = {row["unit"]: row for row in _of(site, "units", slug)}
    repositories = _by_month(_of(site, "repositories", slug))
    published, notes = _notes(_of(site, "published", slug))
    talk = set(_by_month(_of(site, "lists", slug)))
    months: list[dict[str, Any]] = [
        {
            **row,
            "text": figures_text(row, "talk" if row["month"] in talk else ""), "has_talk": row["month"] in talk,
            "published": published.get(row["month"], ()),
            "repositories": [_repository(each, units) for each in repositories.get(row["month"], ())],
        }
        for row in _of(site, "months", slug)
    ]  # fmt: skip
    metrics = sorted({each["metric"] for row in months for each in row["figures"] or ()})
    return render_page(
        "evidence.html", **own, root="../", notes=notes,
        years=_years(months), units=[_unit(row) for row in units.values()],
        query=_query("of_repositories", slug, months), metrics=metrics,
    )  # fmt: skip


def _talk_page(site: Context, slug: str, own: Mapping[str, Any]) -> str:
    lists = [_unit(row) for row in _of(site, "lists", slug)]
    numbers = {row["month"]: figures_text(row, "", "talk") for row in _of(site, "months", slug)}
    months = [
        {"month": month, "lists": list(rows), "text": numbers.get(month, "")}
        for month, rows in groupby(lists, key=lambda row: row["month"])
    ]
    readers = sorted({(row["source"], row["reader"]) for row in lists if row["reader"]})
    return render_page(
        "evidence_talk.html",
        **own,
        root="../../",
        years=_years(months),
        readers=readers,
        query=_query("of_lists", slug, months),
    )


def _query(name: str, slug: str, months: Sequence[Row]) -> str:
    """Return a question that a reader can ask, about the newest month of the page."""
    sql = question(FOLDER, name).replace("$community", f"'{slug}'")
    return sql.replace("$month", f"'{months[0]['month']}'") if months else sql


def _of(site: Context, name: str, slug: str) -> Sequence[Row]:
    return site.grouped(FOLDER, name, "community")[slug]


def _by_month(rows: Sequence[Row]) -> dict[Any, list[Row]]:
    return {month: list(own) for month, own in groupby(rows, key=lambda row: row["month"])}


def _years(months: Sequence[Row]) -> list[tuple[int, list[Row]]]:
    return [(year, list(own)) for year, own in groupby(months, key=lambda row: row["month"].year)]


def _unit(row: Row) -> dict[str, Any]:
    return {**row, "address": public_address(row["url"])}


def _repository(row: Row, units: Mapping[str, Row]) -> dict[str, Any]:
    unit = units.get(row["repository"])
    return {**row, "log": log_address(unit["url"], row["month"]) if unit else ""}


def _notes(published: Sequence[Row]) -> tuple[dict[Any, list[int]], list[Row]]:
    """Return the numbers of the notes of each month, and the notes: a file of data/history with its source."""
    numbers: dict[tuple[str, str], int] = {}
    of_month: dict[Any, list[int]] = {}
    for row in published:
        number = numbers.setdefault((row["file"], row["source"]), len(numbers) + 1)
        of_month.setdefault(row["month"], []).append(number)
    return of_month, [{"number": number, "file": file, "source": source} for (file, source), number in numbers.items()]
