"""Say of a saved picture its edition, how far its lines go, by which method, and whether it is invented."""

from datetime import date
from typing import Any

from reports.text.demo import notice_text
from reports.text.formats import format_day, format_month
from reports.text.language import gettext


def picture_source(site: Any, what: str, last: str | None) -> str:
    """Return the line below a picture; `last` is the first day of the last month of its lines."""
    build = site.build
    upto = gettext("Lines to {month}.").format(month=format_month(date.fromisoformat(last))) if last else ""
    said = gettext("stackrank, {what}, edition {month}, method {method}, built {day}. Public activity, not quality.")
    made = said.format(
        what=what, month=format_month(site.month), method=build["method_version"],
        day=format_day(build["built_at"].date()),
    )  # fmt: skip
    return " ".join(filter(None, (made, upto, notice_text(build["shows"]))))
