"""The page about what was seen: by month and source, against the archives' own totals, without bots, and as imports."""

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup

from reports.graphics.coverage import draw_coverage, draw_sources
from reports.pages.context import Context, Row
from reports.render import BEST, render_page
from reports.text.bots import rank_changes
from reports.text.language import gettext

LISTS = ("unseen", "reconciled", "differing", "quarantine", "mail_bot_rules", "bot_accuracy", "commit_bot_rules",
         "new_top_contributors", "rank_including_bots", "imports", "corrections",
         "collections")  # fmt: skip
FAMILIES = {"code": gettext("Code"), "talk": gettext("Talk")}
WHOLE = frozenset({"seen", "not_started", "ended"})


def page(site: Context) -> str:
    """Return coverage.html; that of a large site draws the communities of which least was seen."""
    answers = {name: site.rows("coverage", name) for name in LISTS}
    sources = _sources(site.rows("coverage", "runs"))
    shown = _least_seen(sources) if site.is_large else {*map(_slug, sources)}
    changes = groupby(answers["rank_including_bots"], key=lambda row: (row["family"], row["metric"]))
    return render_page(
        "coverage.html", site=site, here="coverage", root="", charts=[],
        whole=_whole_text(sources), shown=len(shown), left_out=len({*map(_slug, sources)} - shown),
        calendars=_calendars([source for source in sources if source["community"] in shown]),
        families=[(heading, draw_years(site, family, shown)) for family, heading in FAMILIES.items()],
        rank_changes=" ".join(rank_changes(list(rows)) for _, rows in changes),
        figures=site.rows("coverage", "published")[0]["figures"],
        **answers | {"unseen": [row for row in answers["unseen"] if row["community"] in shown]},
    )  # fmt: skip


def _slug(row: Row) -> str:
    return str(row["community"])


def _least_seen(sources: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the communities with the most months that were not seen, as many as a table of a ranking has rows."""
    own = groupby(sources, key=_slug)
    unseen = [(sum(_missing(run) for source in of for run in source["runs"]), slug) for slug, of in own]
    return {slug for _, slug in sorted(unseen, reverse=True)[:BEST]}


def _missing(run: Row) -> float:
    """Return how many months of a run were not seen."""
    months = 12 * (run["last"].year - run["first"].year) + run["last"].month - run["first"].month + 1
    return 0.0 if run["state"] in WHOLE else months * (1 - run["covered"])


def draw_years(site: Context, family: str, shown: Collection[str] | None = None) -> Markup:
    """Return what was seen of communities, by default of all, year by year, by their sources of code or of talk."""
    asked = [row for row in site.rows("coverage", "years") if row["family"] == family]
    rows = asked if shown is None else [row for row in asked if row["community"] in shown]
    years = range(min(row["year"] for row in rows), max(row["year"] for row in rows) + 1) if rows else range(0)
    own = [list(of) for _, of in groupby(rows, key=_slug)]
    drawn = [{**of[0], "years": _filled(years, of)} for of in own]
    return draw_coverage(drawn, family) if drawn else Markup()


def draw_calendar(site: Context, community: str) -> Markup:
    """Return what was seen of the sources of one community, month by month; nothing without any."""
    drawn = _calendars(_sources(site.grouped("coverage", "runs", "community")[community]))
    return drawn[0][1] if drawn else Markup()


def _filled(years: range, rows: Sequence[Row]) -> list[tuple[int, float, str]]:
    """Return share and state of each year; one without a row had not begun."""
    held = {row["year"]: (row["share"], row["state"]) for row in rows}
    return [(year, *held.get(year, (0.0, "not_started"))) for year in years]


def _sources(runs: Sequence[Row]) -> list[Mapping[str, Any]]:
    """Return each source with its runs of months."""
    own = [list(of) for _, of in groupby(runs, key=lambda run: (run["community"], run["source"]))]
    return [{**of[0], "runs": of} for of in own]


def _calendars(sources: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], Markup]]:
    """Return each community with its picture; all pictures show the same years."""
    runs = [run for source in sources for run in source["runs"]]
    if not runs:
        return []
    first, last = min(run["first"] for run in runs), max(run["last"] for run in runs)
    own = [list(of) for _, of in groupby(sources, key=_slug)]
    return [(of[0], draw_sources(of, first, last)) for of in own]


def _whole_text(sources: Sequence[Mapping[str, Any]]) -> str:
    """Return how many sources were seen in every month."""
    whole = [source for source in sources if all(run["state"] in WHOLE for run in source["runs"])]
    said = gettext("{whole} of {count} sources were seen whole. Hatched: we could not look. It is never a zero.")
    return said.format(whole=len(whole), count=len(sources))
