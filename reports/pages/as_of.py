"""Which months can be asked for by name."""

import re
from datetime import date

from reports.pages.context import Row
from reports.text.formats import next_month

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
