"""The rankings of the newest window as JSON, and the schema that says what each value means."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reports.pages.context import Context, Row
from reports.pages.ranking_table import SPREAD
from reports.text.formats import first_month
from reports.text.labels import FAMILIES

PATH, SCHEMA_PATH = "data/ranking.json", "data/ranking.schema.json"
SCHEMA = Path(__file__).with_name("ranking.schema.json")
PAGE = "sharing"


def ranking_json(site: Context) -> str:
    """Return the rankings of the newest window; a value that is not known is null."""
    rows, steps = read_rankings(site), site.rows(PAGE, "movement")
    build = site.build
    said = {
        "$schema": Path(SCHEMA_PATH).name,
        "edition": f"{site.month:%Y-%m}",
        "window": {"first": f"{first_month(site.month):%Y-%m}", "last": f"{site.month:%Y-%m}"},
        "built_at": f"{build['built_at'].isoformat()}Z",
        "method": {"version": build["method_version"], "sha256": build["method_sha256"]},
        "notice": build["shows"] or None,
        "rankings": [_ranking(family, own, steps) for family in FAMILIES if (own := _of(rows, family))],
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def read_rankings(site: Context) -> Sequence[Row]:
    """Return the rows of every ranking of the newest window, in the order of the page."""
    return site.rows(PAGE, "rankings", spread=SPREAD)


def _of(rows: Sequence[Row], family: str) -> list[Row]:
    return [row for row in rows if row["family"] == family]


def _ranking(family: str, rows: Sequence[Row], steps: Sequence[Row]) -> dict[str, Any]:
    own = [step for step in steps if step["family"] == family]
    return {"family": family, "ranked": rows[0]["ranked"], "rows": [_row(row, own) for row in rows]}


def _row(row: Row, steps: Sequence[Row]) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key not in ("family", "ranked")}
    return kept | {"movement": [_step(step) for step in steps if step["community"] == row["community"]]}


def _step(step: Row) -> dict[str, Any]:
    kept = ("span", "word", "growth", "low", "high", "reason_code")
    return {"span": step["span"], "earlier": f"{step['earlier']:%Y-%m}", **{key: step[key] for key in kept[1:]}}
