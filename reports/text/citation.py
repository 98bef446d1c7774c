"""How to cite a page."""

from typing import Any

from markupsafe import Markup

from reports.text.formats import format_day, format_month
from reports.text.language import gettext


def citation(site: Any, title: str = "") -> Markup:
    """Return one line: author, title, edition, day, method version with its checksum, licence.

    A published page adds its own address, that of the front page the address of the edition (`page.js`).

    The day is that on which the page was another one for the last time: see `reports.drafts`.
    """
    build = site.build
    day = build["built_at"].date()
    said = Markup.escape(
        gettext("stackrank project: {title}, edition {month}, {day}, method {method} ({checksum}), Apache-2.0.")
    )
    return said.format(
        title=title or gettext("Public activity of open-source clouds"),
        month=format_month(site.month),
        day=Markup('<time class="built" datetime="{}">{}</time>').format(day.isoformat(), format_day(day)),
        method=build["method_version"],
        checksum=build["method_sha256"][:12],
    )
