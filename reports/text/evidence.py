"""Say the numbers of a month in few words."""

from collections.abc import Mapping
from typing import Any

from reports.text.labels import MISSING, label
from reports.text.language import gettext

Row = Mapping[str, Any]

KNOWN = {"partial": gettext("partly observed"), "published": gettext("measured earlier")}


def figures_text(row: Row, without: str = "", of: str = "") -> str:
    """Return the numbers of a month, from a row of `queries/evidence/months.sql`: of one family, or not of another."""
    shown = [figure for figure in row["figures"] or () if figure["family"] != without and of in ("", figure["family"])]
    if not shown:
        return MISSING["unobserved"]
    said = "; ".join(map(_figure, shown))
    return gettext("{figures} (to date)").format(figures=said) if row["to_date"] else said


def _figure(figure: Row) -> str:
    value, known = figure["value"], KNOWN.get(figure["state"])
    number = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    said = gettext("{label} {number}").format(label=label(figure["metric"]), number=number)
    return f"{said} ({known})" if known else said
