"""The page that says in plain words what is read, what is kept, and what is published."""

from reports import render
from reports.answers import Answers


def page(known: Answers) -> str:
    """Return privacy.html."""
    return render.page("privacy.html", known, "privacy", "", charts=[])
