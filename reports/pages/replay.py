"""The replay: figures that others published from 2011 to 2015 beside ours under their definition."""

from collections.abc import Sequence
from typing import Any

from reports.pages.context import Context
from reports.render import render_page
from reports.text.replay import (
    CAUSES,
    WAITS,
    WITHOUT,
    counted_text,
    difference_text,
    summary_text,
    value_text,
    waiting_texts,
)

SHOWN = "CY13-Q2"
"""The quarter of the report behind the founding talk; the other quarters are in the CSV file."""
Rows = Sequence[dict[str, Any]]


def page(site: Context) -> str:
    """Return replay.html."""
    rows = [_printed(row) for row in site.rows("replay", "figures")]
    shown = [row for row in rows if row["quarter"] == SHOWN]
    return render_page(
        "replay.html", site=site, here="replay", root="", charts=(), quarter=SHOWN,
        beside=[row for row in shown if row["difference"] is not None],
        charted=[row for row in shown if row["published"] is None],
        without=[row for row in shown if row["ours"] is None and row["published"] is not None],
        summary=summary_text(shown), sources=_sources(shown),
        waiting=waiting_texts(shown, site.rows("replay", "units")),
        missing=_missing(shown), quarters=[_summary(quarter, rows) for quarter in _quarters(rows)],
    )  # fmt: skip


def _printed(row: dict[str, Any]) -> dict[str, Any]:
    metric = row["metric"]
    texts = {name: value_text(metric, row[name]) for name in ("published", "ours")}
    return row | {
        "counted": counted_text(metric),
        "theirs_text": texts["published"],
        "ours_text": texts["ours"],
        "difference_text": difference_text(row),
        "cause": CAUSES.get(row["cause_code"], ""),
        "reason": WITHOUT.get(row["reason_code"], ""),
    }


def _sources(rows: Rows) -> list[dict[str, Any]]:
    """Return for each who published figures: how many, how many stand beside ours, wait, and cannot be counted."""
    published = [row for row in rows if row["published"] is not None]
    return [_share(source, [row for row in published if row["source"] == source])
            for source in sorted({row["source"] for row in published})]  # fmt: skip


def _share(source: str, rows: Rows) -> dict[str, Any]:
    beside, waiting = (sum(row["ours"] is not None for row in rows), sum(row["reason_code"] in WAITS for row in rows))
    others = len(rows) - beside - waiting
    return {"source": source, "published": len(rows), "beside": beside, "waiting": waiting, "others": others}


def _missing(rows: Rows) -> list[tuple[str, list[str]]]:
    """Return for each community the sources and repositories of which not all was read."""
    names = dict.fromkeys(row["name"] for row in rows)
    found = [(name, sorted({each for row in rows if row["name"] == name for each in row["missing"]})) for name in names]
    return [(name, missing) for name, missing in found if missing]


def _quarters(rows: Rows) -> list[str]:
    return sorted({row["quarter"] for row in rows})


def _summary(quarter: str, rows: Rows) -> dict[str, Any]:
    own = [row for row in rows if row["quarter"] == quarter]
    published = [row for row in own if row["published"] is not None]
    beside = sum(row["difference"] is not None for row in published)
    equal = sum(row["cause_code"] == "equal" for row in published)
    return {"quarter": quarter, "published": len(published), "beside": beside, "equal": equal}
