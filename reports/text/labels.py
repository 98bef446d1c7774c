"""Names of metrics, states and bases on the pages."""

from functools import cache

from reports.text.formats import join_and
from reports.text.language import LANGUAGE, SOURCE, gettext

FEW = gettext("1 or 2")
"""Stands where a part of a community has so few people, which is not published."""

MISSING = {
    "suppressed": FEW,
    "withheld": gettext("not published"),
    "unobserved": gettext("not observed"),
    "not_applicable": gettext("not applicable"),
    "undefined": gettext("no value"),
    None: gettext("not observed"),
}

FAMILIES = {
    "overall": gettext("Overall"),
    "code": gettext("Code"),
    "talk": gettext("Talk"),
    "people": gettext("People"),
}

FAMILY_PHRASES = {
    "talk": gettext("public talk"),
    "code": gettext("public code activity"),
    "people": gettext("newcomers"),
}

FAMILY_TITLES = {
    "overall": gettext("Overall"),
    "code": gettext("By public code activity"),
    "talk": gettext("By public talk"),
    "people": gettext("By newcomers"),
}
"""How the headline of a ranking begins."""

SCALES = {
    "overall": gettext("100: the references of July 2012 to June 2013."),
    "code": gettext("100: geometric mean of the four, July 2012 to June 2013."),
    "talk": gettext("100: geometric mean of OpenStack and OpenNebula, July 2012 to June 2013."),
    "people": gettext("100: geometric mean of the four, July 2012 to June 2013, authors only."),
}
"""What a score of 100 is."""

LABELS = {
    "commits": gettext("Commits"),
    "code_people": gettext("Contributors"),
    "new_code_people": gettext("New contributors"),
    "code_committers": gettext("Committers"),
    "talk_people": gettext("Senders"),
    "messages": gettext("Messages"),
    "new_talk_people": gettext("New senders"),
    "reply_people": gettext("People who answered"),
    "postings": gettext("Postings"),
    "releases": gettext("Releases"),
    "bot_messages": gettext("Messages of bots"),
    "threads": gettext("Threads"),
    "threads_replied": gettext("Threads answered"),
    "participation_ratio": gettext("Messages a thread"),
    "time_to_first_response": gettext("Time to first response"),
    "active_people": gettext("People seen"),
    "new_people": gettext("New people"),
    "population": gettext("People ever seen"),
    "code_absence_factor": gettext("Absence factor, code"),
    "talk_absence_factor": gettext("Absence factor, talk"),
    "registered": gettext("Registered members"),
    "pmc_members": gettext("Members of the project management committee"),
    "team_members": gettext("Members of teams on Launchpad"),
    "team_participants": gettext("Participants of teams on Launchpad"),
    "contributors": gettext("Contributors on GitHub"),
    "organisation_members": gettext("Public members of organisations on GitHub"),
    "active_users_30_days": gettext("Forum accounts active in 30 days"),
    "participating_users_30_days": gettext("Forum accounts participating in 30 days"),
    "registered_users": gettext("Registered accounts of the forum"),
    "individual_members": gettext("Individual members"),
    "member_companies": gettext("Member companies"),
    "committers": gettext("Committers"),
    "stars": gettext("Stars"),
    "forks": gettext("Forks"),
    "watchers": gettext("Watchers"),
}

ONE = {
    "commits": gettext("commit"),
    "code_people": gettext("contributor"),
    "talk_people": gettext("sender"),
    "threads_replied": gettext("answered thread"),
    "messages": gettext("message"),
    "new_people": gettext("new person"),
}
"""The words for one of what a ranking counts."""

STOCKS = frozenset({"population", "registered"})

RESTATED = gettext("Hollow dots: restated later. People who left since then are missing.")

LEGEND = {
    "hole": gettext("Hatched: could not be seen. This is not zero."),
    "restated": RESTATED,
    "partial": gettext("Hollow dots: partly observed. The number is of what was seen."),
    "published": gettext("Hollow dots: measured earlier by us, because these months could not be seen here."),
    "event": gettext(
        "Rings: a history that one person recorded in one day, mostly more than 30 days after it was written."
        " Its commits count in the months in which they were written."
    ),
    "hatched": gettext("Hatched: some lists are missing this month. Shares are of the data we have."),
    "unseen": gettext("Hatched without colour: no data. This is not zero."),
    "thin": gettext("Thin line: bots alone. The dots leave them out; the switch above the chart includes them."),
    "break": gettext("Dotted upright lines: a source moved. The table says where to."),
    "marks": gettext("Ticks below: the first release of each line of versions."),
}

LEGEND_OF_PLACES = {
    "hole": gettext("Hatched: not ranked, because something could not be seen."),
}

LEGEND_OF_COUNTS = {
    "break": gettext("Dotted upright lines: what is counted changed, as stated above."),
}

BASES = {
    "stated": gettext("stated by the source for this day"),
    "restated": gettext("what the register says today about an earlier day; people who left since then are missing"),
    "published": gettext("published by others"),
}

DATED_BY = {
    "curated": gettext("stated in the catalogue"),
    "series": gettext("the project's list of series"),
    "tag": gettext("the tag's"),
    "commit": gettext("the commit's: can be days or months off"),
}

CORRECTION_STATES = {
    "applied": gettext("corrected: {held} events are not counted"),
    "ended": gettext("ended: the source holds {held} events in place of {expected}"),
    "waiting": gettext("waiting: nothing of these days is held"),
}
"""What became of a known error of a source: see core.corrections."""
ORGANISATIONS = {
    "unknown": gettext("unknown"),
    "fewer than five people each": gettext("fewer than five people each"),
}
"""The rows of `published.organisations` that are no mail domain."""
AUDITS = {
    "passes": gettext("passes"),
    "fails": gettext("fails"),
    "too few": gettext("too few"),
    "no window": gettext("no window"),
}
"""What `stackrank calibrate` found: see pipelines.rules.method_audit."""
EDITION_KINDS = {"published": gettext("published"), "recomputed": gettext("recomputed")}
"""How an edition was closed: see pipelines.editions.store."""

RANK_STATES = {
    "dormant": gettext("dormant"),
    "no source": gettext("no source yet"),
    "new": gettext("too new"),
    "not observed": gettext("not observed"),
    "quiet": gettext("too few people"),
}
"""Why a community has no rank, by `rankings.monthly.state`."""
MONTH_STATES = {
    "firm": gettext("every place is firm"),
    "open": gettext("some places have no firm order"),
    "none": gettext("no ranking"),
}
"""What the calendar of a ranking says of a month."""

CAUTION = gettext(
    "“2nd to 4th” means that the counts allow each of these places. All places of a table hold together in nominally 90"
    " of 100 repeats."
)


@cache
def label(metric: str) -> str:
    """Return the reader's word for a metric."""
    return LABELS.get(metric, metric.replace("_", " ").capitalize())


def label_in_sentence(metric: str) -> str:
    """Return the reader's word for a metric within a sentence; a translation has its case already."""
    said = label(metric)
    return said[0].lower() + said[1:] if LANGUAGE == SOURCE else said


def label_of(metric: str, number: int) -> str:
    """Return the reader's word for so many of what a metric counts."""
    return ONE[metric] if number == 1 and metric in ONE else label_in_sentence(metric)


def metric_heading(metric: str) -> str:
    """Return the heading of a column of levels; a stock is no number a month."""
    return label(metric) if metric in STOCKS else gettext("{metric} a month").format(metric=label(metric))


def family_heading(family: str) -> str:
    """Return the word for a family, as a heading."""
    return FAMILIES[family]


def family_phrase(family: str) -> str:
    """Return what a ranking is by; overall is by all families."""
    if family != "overall":
        return FAMILY_PHRASES[family]
    return gettext("{families} together").format(families=join_and(list(FAMILY_PHRASES.values())))
