"""The list of comparisons, with select boxes for any two communities.

Where there are too many pairs for a page each, the page holds empty figures that a script fills.
"""

import json
from statistics import NormalDist
from typing import Any

from reports.charts.chart import Chart, Table
from reports.charts.lanes import draw_leads
from reports.charts.lines import draw_lines
from reports.charts.series import Series, Span, months_from
from reports.charts.theme import look_of
from reports.pages.compare import choices, ordered, path
from reports.pages.context import Context
from reports.pages.pairs import ALL_PAIRS, ORDER, constants_of, families_of, static_pairs
from reports.render import render_page
from reports.text.compare import CELLS, LEGEND_OF_LEADS, NOT_COMPARED, VERDICTS, two_digits
from reports.text.formats import format_window
from reports.text.labels import family_heading, family_phrase
from reports.text.language import gettext
from reports.text.picture import picture_source

PATH = "compare/index.html"


def page(site: Context) -> str:
    """Return compare/index.html."""
    pairs = static_pairs(site)
    is_all = len(site.communities) <= ALL_PAIRS
    charts = () if is_all else _empty_charts(site)
    return render_page(
        "compare_index.html", site=site, here="compare", root="../", charts=charts, months=(), choices=choices(site),
        words="" if is_all else _words(site),
        kicker=gettext("Compare, {window}").format(window=format_window(site.month)),
        chosen=pairs[0] if pairs else ("", ""), is_all=is_all,
        pairs=[_row(site, *pair) for pair in pairs],
    )  # fmt: skip


def _row(site: Context, one: str, other: str) -> dict[str, Any]:
    """Return what is said of a pair in the family that its page opens with."""
    pair = site.of(one), site.of(other)
    names = gettext("{first} and {second}").format(first=pair[0]["name"], second=pair[1]["name"])
    row = {"path": path(f"{one}-{other}").removeprefix("compare/"), "names": names, "ratio": "",
           "verdict": NOT_COMPARED.format(ahead=pair[0]["name"], behind=pair[1]["name"])}  # fmt: skip
    families = families_of(site, one, other)
    family = next(iter(families), "")
    if not family or families[family][-1].month != site.month:
        return row
    newest = families[family][-1]
    ahead, _ = ordered(pair, newest)
    middle, low, high = map(two_digits, newest.ratio)
    said = gettext("{who}, by {what}")
    return row | {
        "verdict": said.format(who=CELLS[newest.word].format(ahead=ahead["name"]), what=family_phrase(family)),
        "ratio": gettext("{ratio} ({low} to {high})").format(ratio=middle, low=low, high=high),
    }


ONE, OTHER = "one-of-two", "other-of-two"
"""Stand for two communities until the script knows which."""


def _empty_charts(site: Context) -> list[Chart]:
    """Return the two figures of a pair without their lines, which the script fills."""
    days = months_from(site.month, 1)
    looks = {slug: look_of(slug, marker) for slug, marker in ((ONE, "circle"), (OTHER, "square"))}
    lines = [Series(slug, slug, days, (100.0,)) for slug in looks]
    span = Span((90.0,), (110.0,))
    source = picture_source(site, gettext("two communities"), None)
    heads = [gettext("Window ends"), gettext("Who was ahead"), gettext("Ratio of scores"), gettext("at least"),
             gettext("at most"), gettext("Note")]  # fmt: skip
    return [
        Chart(
            id="ahead", title=gettext("Who was ahead"), source=source, download=site.csv("places"),
            legend=LEGEND_OF_LEADS, description=gettext("Ahead only where the gap is beyond chance."),
            table=Table(heads, [], has_words=True),
            figure=draw_leads(days, (ONE, gettext("nobody can tell"), OTHER), (looks[ONE], looks[OTHER]), []),
        ),
        Chart(
            id="score", title=gettext("Score"), source=source, download=site.csv("places"), legend={},
            description=gettext("Twelve months to each month, with 90 % range, logarithmic scale."),
            table=Table([gettext("Window ends"), ONE, OTHER], []),
            figure=draw_lines(lines, looks, spans=dict.fromkeys(looks, span)),
        ),
    ]  # fmt: skip


def _words(site: Context) -> str:
    """Return as JSON what the script needs: sentences, names of families, and by what two must be apart."""
    families = {row["family"]: row for row in site.rows("compare", "thresholds")}
    probable = NormalDist().inv_cdf(constants_of(site.database).probable)
    return json.dumps({
        "verdicts": {word: text.replace("{{", "{").replace("}}", "}") for word, text in VERDICTS.items()},
        "cells": CELLS, "none": NOT_COMPARED, "probable": probable, "placeholders": [ONE, OTHER],
        "ahead": gettext("{name} ahead"), "month": f"{site.month}", "readings": site.readings,
        "families": {
            family: {"heading": family_heading(family), "first": f"{families[family]['first']}",
                     "thresholds": families[family]["thresholds"]}
            for family in ORDER if family in families
        },
    }).replace("<", "\\u003c")  # fmt: skip
