"""Whether two communities may be compared: what is read of each, which months were seen, and what is doubtful."""

from collections.abc import Iterator, Sequence

from reports.pages.context import Context, Row
from reports.pages.duel import Pair, feeding
from reports.pages.pairs import Month
from reports.text.compare import doubt_text, fairness_text, import_cell, read_cell, seen_cell
from reports.text.formats import pluralize
from reports.text.labels import label
from reports.text.language import gettext, translate

WHOLE = 12
READ = {"code": gettext("Code read"), "talk": gettext("Talk read")}
SEEN = {"code": gettext("Code seen whole"), "talk": gettext("Talk seen whole")}


def comparability(site: Context, pair: Pair, family: str, months: Sequence[Month]) -> list[tuple[str, list[str]]]:
    """Return the rows of the table: a heading, and one cell for both or one for each of the two."""
    imports = [site.grouped("community", "imports", "community")[row["community"]] for row in pair]
    is_compared = bool(months) and months[-1].month == site.month
    families = [family] if family in READ else list(READ)
    doubts = _doubts(site, pair, family, imports) if is_compared else _unranked(site, pair, family)
    rows = [(gettext("Is it fair?"), [fairness_text(family, doubts, is_compared)])]
    for each in families:
        seen = [_seen(site, row["community"], each) for row in pair]
        rows += [(READ[each], [read_cell(row) for row in seen]), (SEEN[each], [seen_cell(row) for row in seen])]
    rows.append((gettext("Same definition"), [_definition(site, family)]))
    rows.append((gettext("Watch out"), [_warnings(own) for own in imports]))
    return rows


def _seen(site: Context, slug: str, family: str) -> Row | None:
    return next((row for row in site.grouped("compare", "seen", "community")[slug] if row["family"] == family), None)


def _doubts(site: Context, pair: Pair, family: str, imports: Sequence[Sequence[Row]]) -> Iterator[str]:
    """Yield what is doubtful about the newest comparison of two that are ranked."""
    for row, own in zip(pair, imports, strict=True):
        ranking = _ranking(site, row["community"], family)
        if ranking is None:
            continue
        if ranking["months"] < WHOLE:
            yield doubt_text("months", row["name"], ranking["months"])
        if ranking["published_months"]:
            yield doubt_text("published", row["name"], pluralize(ranking["published_months"], "month"))
        if family in ("code", "overall") and feeding(own, site.month):
            yield doubt_text("import", row["name"])


def _unranked(site: Context, pair: Pair, family: str) -> list[str]:
    """Return who of the two has no place."""
    rankings = ((row, _ranking(site, row["community"], family)) for row in pair)
    return [doubt_text("not ranked", row["name"]) for row, found in rankings if not (found and found["rank"])]


def _ranking(site: Context, slug: str, family: str) -> Row | None:
    rows = site.grouped("community", "rankings", "community")[slug]
    return next((row for row in rows if row["family"] == family), None)


def _definition(site: Context, family: str) -> str:
    """Return what is counted, which is the same for every community."""
    rows = site.grouped("compare", "definitions", "family")[family]
    said = " ".join(f"{label(row['metric'])}: {translate(row['definition'])}" for row in rows)
    return gettext("Yes. {definitions}").format(definitions=said)


def _warnings(imports: Sequence[Row]) -> str:
    """Return the imports of a community, the largest first."""
    largest = sorted(imports, key=lambda row: -row["commits"])[:2]
    return "; ".join(map(import_cell, largest)) or gettext("nothing known")
