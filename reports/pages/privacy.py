"""The page that says in plain words what is read, what is kept, and what is published."""

from reports.pages.context import Context
from reports.render import render_page


def page(site: Context) -> str:
    """Return privacy.html."""
    return render_page("privacy.html", site=site, here="privacy", root="", charts=[])
