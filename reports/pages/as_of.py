"""Which months have a page of their own, dated to them by what is held today."""

import re
from datetime import date
from pathlib import Path

from reports.pages.context import Row
from reports.text.formats import next_month

FOLDER = "as-of"
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class AsOfError(Exception):
    """No ranking can be dated to what was asked; says why."""


def parse_month(text: str) -> date:
    """Return the first day of a month written YYYY-MM; raises AsOfError for anything else."""
    found = MONTH.fullmatch(text)
    if not found or found[1] == "0000":
        raise AsOfError(f"--as-of {text!r} is no month; write it as 2013-06")
    return date(int(found[1]), int(found[2]), 1)


def check_month(build: Row, asked: date) -> None:
    """Raise AsOfError where the database has no ranking of the window that ends with the month."""
    newest, today, first = build["last_complete_month"], build["today"], build["first_ranking"]
    said = f"--as-of {asked:%Y-%m}"
    if asked >= next_month(today):
        raise AsOfError(f"{said} lies in the future; the last complete month is {newest:%Y-%m}")
    if asked > newest:
        raise AsOfError(
            f"{said} is not complete, it will be five days after its end; the last complete month is {newest:%Y-%m}"
        )
    if first is None:
        raise AsOfError(f"{said}: this database holds no ranking of any month")
    if asked < first:
        raise AsOfError(f"{said} is before the first ranking, which is of {first:%Y-%m}")


def kept_months(site: Path, build: Row) -> set[date]:
    """Return the months that have a page in the site and can still be shown."""
    names = [path.parent.name for path in site.glob(f"{FOLDER}/*/index.html")]
    return {asked for name in names if (asked := _shown_month(name, build))}


def _shown_month(name: str, build: Row) -> date | None:
    try:
        asked = parse_month(name)
        check_month(build, asked)
    except AsOfError:
        return None
    return asked
