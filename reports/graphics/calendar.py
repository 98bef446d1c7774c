"""Draw a calendar of rankings: a cell for each month, which leads to its page."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from markupsafe import Markup

from reports.graphics.svg import element
from reports.text.formats import format_month
from reports.text.language import gettext

STATES = {
    "firm": gettext("{month}: every place is firm"),
    "tie": gettext("{month}: some places can’t be told apart"),
    "none": gettext("{month}: no ranking"),
}
"""What a month is: firm, tie, or none where nobody could be ranked."""


def draw_calendar(months: Mapping[date, str], shown: date | None, href: Callable[[date], str]) -> Markup:
    """Return a table of years and months; `shown` is outlined, and each month but those without a ranking is a link."""
    if not months:
        return Markup()
    names = [element("th", f"{date(2000, n, 1):%b}", scope="col") for n in range(1, 13)]
    head = element(
        "thead", element("tr", [element("th", element("span", gettext("Year"), class_="sr"), scope="col"), *names])
    )
    years = range(max(months).year, min(months).year - 1, -1)
    body = element("tbody", [element("tr", _year(year, months, shown, href)) for year in years])
    return element("table", [head, body], class_="months")


def _year(
    year: int, months: Mapping[date, str], shown: date | None, href: Callable[[date], str]
) -> Iterator[Markup]:  # fmt: skip
    yield element("th", str(year), scope="row")
    for month in (date(year, n, 1) for n in range(1, 13)):
        yield element("td", _month(month, months[month], month == shown, href) if month in months else "")


def _month(month: date, state: str, is_shown: bool, href: Callable[[date], str]) -> Markup:
    said = STATES[state].format(month=format_month(month))
    tag = "span" if state == "none" else "a"
    words = element("span", said, class_="sr")
    return element(tag, words, class_=state, href=href(month) if tag == "a" else None,
                   aria_current="page" if is_shown else None)  # fmt: skip
