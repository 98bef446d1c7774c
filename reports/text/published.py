"""Say of a figure of data/history what was counted, how it is known, and where it stands."""

from reports.text.labels import LABELS
from reports.text.language import gettext, translate_made

PATTERNS = (
    "distinct senders on the list {name} in the week that begins on that day",
    "mails on the list {name} in the week that begins on that day",
    "threads on the list {name} in the week that begins on that day",
    "mails on the list {name} in the month, to date",
    "mails on the list {name} in the month",
    "Bitergia report {report}, {path} at {hash}",
    "{repository} at {hash}",
    "{source}, histories copied in August 2026, measured {day}",
    "{one} and {other}, histories copied in August 2026, measured {day}",
)
"""The patterns from which many texts of data/history are made."""
COUNTED = {
    "active_people_quarter": gettext("people in a quarter"),
    "committers": gettext("people who may commit"),
    "countries": gettext("countries"),
    "population": gettext("people so far"),
    "postings_quarter": gettext("postings in a quarter"),
    "postings_week": gettext("postings in a week"),
    "releases_so_far": gettext("releases so far"),
    "subscribers": gettext("subscribers of lists"),
    "talk_people_2018": gettext("senders in 2018"),
    "talk_people_quarter": gettext("senders in a quarter"),
    "talk_people_week": gettext("senders in a week"),
    "thread_starters_quarter": gettext("people who began a thread in a quarter"),
    "threads_week": gettext("threads in a week"),
    "user_groups": gettext("user groups"),
}
"""What only published figures count."""


def collection_text(metric: str) -> str:
    """Return what a set of published figures counts, by its metric."""
    return COUNTED.get(metric) or LABELS.get(metric) or metric.replace("_", " ")


def published_text(text: str) -> str:
    """Return a text of data/history in the language of the pages; as it is where no catalogue has it."""
    return translate_made(text, PATTERNS)
