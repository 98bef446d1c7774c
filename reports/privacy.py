"""The page that says in plain words what is read, what is kept, and what is published."""

from reports import render
from reports.facts import Facts


def page(known: Facts) -> str:
    """Return privacy.html."""
    return render.page("privacy.html", known, "privacy", "", charts=[])
