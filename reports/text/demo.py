"""What a demo says on top of its pages: `flows.demo` fills these sentences in, other languages find them again."""

import re
from datetime import datetime

from reports.text.formats import format_month
from reports.text.language import LANGUAGE, SOURCE, translate_made

INVENTED = (
    "Demo: invented people and invented histories, served on this machine. "
    "Nothing here is true of the real communities."
)
MEASURED = (
    "Demo: invented people and invented histories, served on this machine. Only the numbers of commits and of "
    "authors in each month are real, as measured in the real histories. The months are {months}."
)
RECORDED = (
    "Demo: copies of real histories, served on this machine. The newest commit is of {newest}. "
    "Nothing is known after the newest commit of a copy."
)
LISTS = (
    "Mail and forum posts are invented too. Where others counted the messages of a month (2010 to 2014), a list "
    "has that number; elsewhere numbers are invented. So are the users of forums."
)
COUNTS = (
    "All counts of members, accounts, stars and forks are invented. Only the committers and the committee of "
    "CloudStack are real, as published until October 2024."
)
FAULTS = "Faults are switched on: {faults}."
MONTHS_OF, SPAN, SEPARATOR = "{months} for {names}", "{first} to {last}", "; "
"""The months of communities within `MEASURED`; each month is written `July 2021`."""
SENTENCE = re.compile(r"(?<=\.) ")
MONTH_SPAN = re.compile(r"[A-Z][a-z]+ \d{4} to [A-Z][a-z]+ \d{4}")
MONTHS_OF_NAMES = re.compile(rf"{MONTH_SPAN.pattern} for .+")
NOTICES = tuple(
    sentence for notice in (INVENTED, MEASURED, RECORDED, LISTS, COUNTS, FAULTS) for sentence in SENTENCE.split(notice)
)


def notice_text(shows: str | None) -> str:
    """Return what a demo says, sentence by sentence in the language of the pages; nothing where there is no demo."""
    if not shows or LANGUAGE == SOURCE:
        return shows or ""
    return " ".join(translate_made(sentence, NOTICES, _field) for sentence in SENTENCE.split(shows))


def _field(value: str) -> str:
    """Translate the months of communities; any other field is a name or a day."""
    return SEPARATOR.join(_months_of(each) for each in value.split(SEPARATOR))


def _months_of(value: str) -> str:
    return translate_made(value, (MONTHS_OF,), _span) if MONTHS_OF_NAMES.fullmatch(value) else value


def _span(value: str) -> str:
    return translate_made(value, (SPAN,), _month) if MONTH_SPAN.fullmatch(value) else value


def _month(value: str) -> str:
    return format_month(datetime.strptime(value, "%B %Y").date())
