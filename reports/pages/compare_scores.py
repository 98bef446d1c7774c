"""The files from which a script compares any two of many communities: one of each community."""

import json

from reports.pages.context import Context, Row
from reports.pages.pairs import ALL_PAIRS

FOLDER = "compare"
UNIT = 100_000


def keys(site: Context) -> list[str]:
    """Return the communities that have a file: all where not every pair has a page, else none."""
    return [row["community"] for row in site.communities] if len(site.communities) > ALL_PAIRS else []


def path(key: str) -> str:
    """Return the address of a community's file from the folder of the site."""
    return f"{FOLDER}/{key}.js"


def page(site: Context, key: str) -> str:
    """Return a script that holds the scores of a community and their errors, by family and month."""
    rows = site.grouped(FOLDER, "scores", "community")[key]
    held = {"name": site.of(key)["name"], "families": {row["family"]: _scores(row) for row in rows}}
    said = json.dumps(held, separators=(",", ":"))
    return f"(window.stackrankScores ??= {{}})[{json.dumps(key)}] = {said};\n"


def _scores(row: Row) -> dict[str, object]:
    """Return scores and errors as whole numbers of a unit, from the first month that has a score on."""
    first = next(n for n, score in enumerate(row["scores"]) if score is not None)
    numbers = {name: [_whole(value) for value in row[name][first:]] for name in ("scores", "errors")}
    return {"first": first, "unit": UNIT, **numbers}


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value * UNIT)
