"""The page of two communities: who is ahead, by how much, since when, and whether that is fair."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from reports.pages.comparable import comparability
from reports.pages.context import Context, Row
from reports.pages.duel import Pair, feeding, lane_of, leads_chart, scores_chart
from reports.pages.pairs import ALL_PAIRS, Month, families_of, static_pairs
from reports.render import render_page
from reports.text.compare import NOT_COMPARED, fed_text, last_compared, ratio_text, verdict_of_pair
from reports.text.formats import format_month, format_window
from reports.text.labels import family_heading, family_phrase
from reports.text.language import gettext
from reports.text.pairs import distance_text

FOLDER = "compare"
PAGES = "community"


def keys(site: Context) -> list[str]:
    """Return the pairs that have a page, such as `alpha-beta`; a slug may hold a hyphen, so the page takes the pair."""
    return [f"{one}-{other}" for one, other in static_pairs(site)]


def path(key: str) -> str:
    """Return the address of the page of a pair from the folder of the site."""
    return f"{FOLDER}/{key}.html"


def page(site: Context, key: str) -> str:
    """Return compare/<a>-<b>.html."""
    slugs = next(pair for pair in static_pairs(site) if "-".join(pair) == key)
    pair: Pair = (site.of(slugs[0]), site.of(slugs[1]))
    families = families_of(site, *slugs)
    opening = next(iter(families), "code")
    months = families.get(opening, [])
    parts = [_part(site, pair, family, found, is_opening=family == opening) for family, found in families.items()]
    return render_page(
        "compare.html", site=site, here="compare", root="../", pair=pair, slugs=slugs,
        kicker=gettext("{what}, {window}").format(what=family_phrase(opening), window=format_window(site.month)),
        verdict=_verdict(site, pair, months), standfirst=_standfirst(site, pair, months),
        neighbours=_neighbours(site, pair, opening),
        parts=parts, charts=[chart for part in parts for chart in part["charts"]],
        rows=comparability(site, pair, opening, months), months=[month.month for month in reversed(months)],
        choices=choices(site), is_all=len(site.communities) <= ALL_PAIRS,
    )  # fmt: skip


def choices(site: Context) -> list[Row]:
    """Return the communities in the order of their names."""
    return sorted(site.communities, key=lambda row: (row["name"].casefold(), row["community"]))


def ordered(pair: Pair, month: Month) -> Pair:
    """Return the two, the one with the larger score first."""
    return pair if month.difference >= 0 else (pair[1], pair[0])


def _named(text: str, ahead: Row, behind: Row) -> Markup:
    """Return a sentence in which `{ahead}` and `{behind}` are names in the colours of their communities."""
    names = {"{ahead}": ahead, "{behind}": behind}
    said = escape(text)
    for word, row in names.items():
        tag = Markup('<span class="name k-{slug}">{name}</span>').format(slug=row["community"], name=row["name"])
        said = Markup(str(said).replace(word, str(tag)))  # noqa: S704 - both were escaped
    return said


def _verdict(site: Context, pair: Pair, months: Sequence[Month]) -> Markup:
    if not months or months[-1].month != site.month:
        return _named(NOT_COMPARED, *pair)
    newest = months[-1]
    return _named(verdict_of_pair(newest.word, newest.ratio[0]), *ordered(pair, newest))


def _standfirst(site: Context, pair: Pair, months: Sequence[Month]) -> str:
    """Return the range of the ratio; where they are not both ranked today, what was said last."""
    if not months:
        return gettext("They were never ranked in one month.")
    newest, (ahead, behind) = months[-1], ordered(pair, months[-1])
    if newest.month != site.month:
        return last_compared(newest.word, ahead["name"], behind["name"], newest.month)
    return ratio_text(*newest.ratio[1:])


def _neighbours(site: Context, pair: Pair, family: str) -> list[str]:
    """Return what is said of two that stand beside each other in a table: what the one behind would need."""
    slugs = {row["community"] for row in pair}
    rows = site.grouped(PAGES, "pairs", "community")[pair[0]["community"]]
    return [distance_text(row) for row in rows if row["family"] == family and {row["ahead"], row["behind"]} == slugs]


def _part(site: Context, pair: Pair, family: str, months: Sequence[Month], *, is_opening: bool) -> dict[str, Any]:
    """Return what the page shows of one family."""
    imports = [site.grouped(PAGES, "imports", "community")[row["community"]] if family in ("code", "overall") else ()
               for row in pair]  # fmt: skip
    newest = months[-1]
    is_now = newest.month == site.month
    said = verdict_of_pair(newest.word, newest.ratio[0]) if is_now else NOT_COMPARED
    return {
        "family": family,
        "heading": family_heading(family),
        "verdict": _named(said, *(ordered(pair, newest) if is_now else pair)),
        "charts": [leads_chart(site, pair, family, months, imports, has_ids=is_opening),
                   scores_chart(site, pair, family, imports)],
        "fed": list(dict.fromkeys(
            fed_text(row["name"], each)
            for month in months if (lane := lane_of(month)) != 2
            for row, own in [(pair[lane == 3], imports[lane == 3])]
            for each in feeding(own, month.month)
        )),
        "until": "" if is_now else gettext("to {month}").format(month=format_month(newest.month)),
    }  # fmt: skip
