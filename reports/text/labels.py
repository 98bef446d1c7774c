"""Names of metrics, states and bases on the pages."""

from collections import Counter
from collections.abc import Sequence

from reports.text.formats import join_and

MISSING = {
    "unobserved": "not observed",
    "not_applicable": "not applicable",
    "undefined": "no value",
    None: "not observed",
}


MEASURED = {
    "talk": "public talk",
    "code": "public code activity",
    "people": "newcomers",
}


LABELS = {
    "commits": "Commits",
    "code_people": "Contributors",
    "new_code_people": "New contributors",
    "code_committers": "Committers",
    "talk_people": "Senders",
    "new_talk_people": "New senders",
    "reply_people": "People who answered",
    "machine_messages": "Messages of machines",
    "threads": "Threads",
    "threads_replied": "Threads answered",
    "participation_ratio": "Messages a thread",
    "time_to_first_response": "Time to first response",
    "active_people": "People seen",
    "new_people": "New people",
    "population": "People ever seen",
    "code_absence_factor": "Absence factor, code",
    "talk_absence_factor": "Absence factor, talk",
    "registered": "Registered members",
    "pmc_members": "Members of the project management committee",
    "team_members": "Members of teams on Launchpad",
    "team_participants": "Participants of teams on Launchpad",
    "contributors": "Contributors on GitHub",
    "organisation_members": "Public members of organisations on GitHub",
    "active_users_30_days": "Forum accounts active in 30 days",
    "participating_users_30_days": "Forum accounts participating in 30 days",
    "registered_users": "Registered accounts of the forum",
}


STOCKS = frozenset({"population", "registered"})


STATES = {
    "seen": ("■", "seen whole"),
    "partial": ("◧", "partly seen"),
    "pending": ("…", "not asked yet: still loading"),
    "gap": ("×", "asked and not had"),
    "unborn": ("·", "before the source began"),
    "ended": ("–", "after the source ended"),
}


RESTATED = (
    "Dotted, with hollow marks: restated; what today's register says of an earlier day: who left since is missing."
)


LEGEND = {
    "restated": RESTATED,
    "partial": "Dotted, with hollow marks: partly observed; the number is of what was seen.",
    "published": "Dashed, with hollow marks: measured earlier by us and kept in data/history, because nothing could"
    " be seen of these months here.",
    "to date": "Hollow marks alone: the month is not complete; its number is to date.",
    "event": "Crossed circles: a history that one person recorded in one day, most of it written more than 30 days"
    " before. The lines leave it out; the table, the CSV and the ranking count it in the month in which it was"
    " recorded.",
    "hatched": "Hatched: a list or forum that lived could not be seen, or not whole; the shares are of what was seen.",
    "unseen": "Grey and hatched: nothing was seen of the month, which is no zero.",
    "machines": "Thin lines: machines alone, by the reviewed rules; the thick lines leave them out, and the switch"
    " above the chart counts them too.",
    "break": "Dotted upright lines: a source moved; the table says where to, and whether both sides could be read.",
    "marks": "Small marks below: the first release of each line of versions.",
}


LEGEND_OF_PLACES = {
    "partial": "Dotted, with hollow marks: fewer than twelve months of the window could be counted.",
    "published": "Dashed, with hollow marks: some or all months of the window are figures that we measured earlier,"
    " kept in data/history, because nothing could be seen of them here.",
    "event": "Crossed circles: from here on the window of twelve months holds a history that one person recorded in"
    " one day; the ranking counts it in full.",
}


LEGEND_OF_COUNTS = {
    "restated": RESTATED,
    "cited": "Dashed, with hollow marks: published by others; the table and the CSV say by whom.",
    "break": "Dotted upright lines: what is counted changed, as is said above.",
}


BASES = {
    "stated": "stated by the source for this day",
    "restated": "what the register says today of an earlier day: whoever left since is missing",
    "published": "published by others",
}


DATED_BY = {
    "curated": "stated in the catalogue",
    "series": "the project's list of series",
    "tag": "the tag's",
    "commit": "the commit's: can be days or months off",
}


CAUTION = (
    "This version computes no ranges yet; they come in a later version. Until then, scores that"
    " are near each other should not be read as an order."
)


def label(metric: str) -> str:
    """The reader's word for a metric."""
    return LABELS.get(metric, metric.replace("_", " ").capitalize())


def label_in_sentence(metric: str) -> str:
    """The reader's word for a metric within a sentence."""
    said = label(metric)
    return said[0].lower() + said[1:]


def metric_heading(family: str) -> str:
    """The word for a family, as a heading."""
    return family.capitalize()


def level_heading(metric: str) -> str:
    """What a column of levels is called: of a stock it is no number a month."""
    return label(metric) if metric in STOCKS else f"{label(metric)} a month"


def family_phrase(family: str) -> str:
    """What a ranking is by; overall is by all families."""
    return f"{join_and(list(MEASURED.values()))} together" if family == "overall" else MEASURED[family]


def year_of_states(states: Sequence[str | None]) -> str:
    """How many months of a year are in which state, such as `11 seen whole, 1 partly seen`."""
    counts = Counter(state for state in states if state)
    return ", ".join(f"{n} {STATES[state][1]}" for state, n in counts.items())
