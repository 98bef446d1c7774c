"""The pages that the menu offers."""

from reports.text.language import gettext

MENU = (
    ("ranking", "index.html", gettext("Ranking")),
    ("compare", "compare/index.html", gettext("Compare")),
    ("time", "time/index.html", gettext("Time machine")),
    ("communities", "community/index.html", gettext("Communities")),
    ("talk", "talk.html", gettext("2013 and today")),
    ("members", "members.html", gettext("Members")),
    ("method", "method.html", gettext("Method")),
    ("data", "data.html", gettext("Data")),
    ("coverage", "coverage.html", gettext("Coverage")),
)
"""Each page's name (`here` of its template), its address from the site's folder, and its label."""
