"""Which months have a page of their own, dated to them by what is held today."""

import re
from datetime import date
from pathlib import Path

from reports.answers import Answers, month_after

FOLDER = "as-of"
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class AsOfError(Exception):
    """No ranking can be dated to what was asked; says why."""


def month(text: str) -> date:
    """The first day of a month written YYYY-MM; raises AsOfError for anything else."""
    found = MONTH.fullmatch(text)
    if not found or found[1] == "0000":
        raise AsOfError(f"--as-of {text!r} is no month; write it as 2013-06")
    return date(int(found[1]), int(found[2]), 1)


def check(known: Answers, asked: date) -> None:
    """Raise AsOfError where the database has no ranking of the window that ends with the month."""
    build = known.build
    newest, today, first = build["last_complete_month"], build["today"], build["first_ranking"]
    said = f"--as-of {asked:%Y-%m}"
    if asked >= month_after(today):
        raise AsOfError(f"{said} lies in the future; the last complete month is {newest:%Y-%m}")
    if asked > newest:
        raise AsOfError(
            f"{said} is not complete, it will be five days after its end; the last complete month is {newest:%Y-%m}"
        )
    if first is None:
        raise AsOfError(f"{said}: this database holds no ranking of any month")
    if asked < first:
        raise AsOfError(f"{said} is before the first ranking, which is of {first:%Y-%m}")


def kept(site: Path, known: Answers) -> set[date]:
    """The months that have a page in the site and can still be shown."""
    return {asked for path in site.glob(f"{FOLDER}/*/index.html") if (asked := _shown(path.parent.name, known))}


def _shown(name: str, known: Answers) -> date | None:
    try:
        asked = month(name)
        check(known, asked)
    except AsOfError:
        return None
    return asked
