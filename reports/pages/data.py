"""The page about the data: when each source was seen, month by month, and what went wrong."""

from itertools import groupby

from reports.pages.context import Context
from reports.render import render_page
from reports.text.bots import rank_changes

LISTS = ("unseen", "reconciled", "differing", "mail_bot_rules", "bot_accuracy", "commit_bot_rules",
         "new_top_contributors", "visits", "failures", "notes", "collections")  # fmt: skip


def page(site: Context) -> str:
    """Return coverage.html."""
    answers = {name: site.rows("data", name) for name in LISTS}
    years = groupby(site.rows("data", "calendars"), key=lambda row: (row["name"], row["source"]))
    changes = groupby(site.rows("data", "rank_including_bots"), key=lambda row: row["metric"])
    return render_page(
        "data.html", site=site, here="coverage", root="", charts=[],
        calendars=[{"name": name, "source": source, "years": list(rows)} for (name, source), rows in years],
        rank_changes=" ".join(rank_changes(list(rows)) for _, rows in changes),
        figures=site.rows("data", "published")[0]["figures"],
        **answers,
    )  # fmt: skip
