"""The list of comparisons, with select boxes for any two communities."""

from typing import Any

from reports.pages.compare import choices, ordered, path
from reports.pages.context import Context
from reports.pages.pairs import ALL_PAIRS, families_of, static_pairs
from reports.render import render_page
from reports.text.compare import CELLS, NOT_COMPARED, two_digits
from reports.text.formats import format_window
from reports.text.labels import family_phrase
from reports.text.language import gettext

PATH = "compare/index.html"


def page(site: Context) -> str:
    """Return compare/index.html."""
    pairs = static_pairs(site)
    return render_page(
        "compare_index.html", site=site, here="compare", root="../", charts=[], months=(), choices=choices(site),
        kicker=gettext("Compare, {window}").format(window=format_window(site.month)),
        chosen=pairs[0] if pairs else ("", ""), is_all=len(site.communities) <= ALL_PAIRS,
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
