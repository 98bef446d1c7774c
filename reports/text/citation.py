"""How to cite a page."""

from typing import Any

from reports.text.formats import format_day, format_month
from reports.text.language import gettext


def citation(site: Any, title: str = "") -> str:
    """Return one line: author, title, edition, day, method version with its checksum."""
    build = site.build
    return gettext("stackrank project: {title}, edition {month}, {day}, method {method} ({checksum}).").format(
        title=title or gettext("Public activity of open-source clouds"),
        month=format_month(site.month),
        day=format_day(build["built_at"].date()),
        method=build["method_version"],
        checksum=build["method_sha256"][:12],
    )
