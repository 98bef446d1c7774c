"""Say where a picture or a page comes from."""

from collections.abc import Mapping
from typing import Any

from reports.text.demo import notice_text
from reports.text.formats import format_day
from reports.text.language import gettext

Row = Mapping[str, Any]


def origin_text(build: Row) -> str:
    """Return where a chart comes from, for whoever sees it alone."""
    said = gettext("Public activity, not quality. stackrank, method {method}, built {day}.")
    made = said.format(method=build["method_version"], day=format_day(build["built_at"].date()))
    return " ".join(filter(None, (made, notice_text(build["shows"]))))
