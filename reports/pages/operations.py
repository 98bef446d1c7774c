"""The operator's page: how fresh each source is, what failed, and the last visits."""

from reports.pages.context import Context
from reports.render import render_page
from reports.text.freshness import needs_attention
from reports.text.language import gettext

LISTS = ("failures", "visits", "notes")


def page(site: Context) -> str:
    """Return operations.html."""
    answers = {name: site.rows("operations", name) for name in LISTS}
    return render_page(
        "operations.html", site=site, here="operations", root="", charts=[], state=_state_text(site), **answers
    )


def _state_text(site: Context) -> str:
    """Return how many sources need somebody to look at them."""
    late = [row for row in site.sources if needs_attention(row, site.build["built_at"])]
    if not site.sources:
        return gettext("No source is declared.")
    if not late:
        return gettext("All {count} sources are up to date.").format(count=len(site.sources))
    return gettext("{late} of {count} sources need attention.").format(late=len(late), count=len(site.sources))
