"""The operator's page: how fresh each source is, what failed, and the last visits."""

from reports.pages.context import Context
from reports.render import render_page
from reports.text.freshness import attention_text

LISTS = ("failures", "visits", "notes")


def page(site: Context) -> str:
    """Return operations.html."""
    state = attention_text(site.sources, site.build["built_at"])
    answers = {name: site.rows("operations", name) for name in LISTS}
    return render_page("operations.html", site=site, here="operations", root="", charts=[], state=state, **answers)
