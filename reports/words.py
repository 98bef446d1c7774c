"""Numbers, times and sentences as the page says them; a missing number is always a word."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pipelines import method
from pipelines.nouns import BY_HAND, ON_DEMAND, UNREADABLE
from reports.facts import Facts, Row

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
WINDOW = 12
LATE = timedelta(hours=48)
CAUTION = (
    "This version computes no ranges yet; they come in a later version. Until then, scores that"
    " are near each other should not be read as an order."
)
RULES = method.load().rules
REASONS = {
    "sources_ended": "all its sources have ended",
    "nobody_seen": f"nobody was seen for {WINDOW} months",
    "no_source": "no source of it was alive in these months",
    "new": f"its sources are younger than {WINDOW} months: they began in {{since}}",
    "not_observed": f"its {{unseen}} could not be seen: {{months}} of {WINDOW} months were, and a place needs"
    f" {RULES['fewest_months']}",
    "size_not_observed": "how many people a month it has could not be seen",
    "quiet": f"{{people}} people a month; a place needs {RULES['fewest_people']}",
    "fewer_than_two_ranked": "no other community can be ranked, and a ranking needs two",
}
NEWCOMERS = {"people": "newcomers"}
NO_OVERALL = "it needs two communities whose talk, code and newcomers were all seen"
CLOSED = "it cannot be read"
ON_DEMAND_ONLY = "gone; captures of it are asked for on demand, and have not been yet"
NO_PAGES = "gone; nobody has given pages of it yet"
NAMED = 3


def label(metric: str) -> str:
    """The reader's word for a metric."""
    return LABELS.get(metric, metric.replace("_", " ").capitalize())


def inside(metric: str) -> str:
    """The reader's word for a metric within a sentence."""
    said = label(metric)
    return said[0].lower() + said[1:]


def day(when: date | None) -> str:
    """A day such as `20 January 2021`, or the word for none."""
    return "no readable date" if when is None else f"{when.day} {month(when)}"


def month(first_day: date) -> str:
    """A month in words, such as `June 2026`."""
    return f"{first_day:%B} {first_day.year}"


def time(text: str) -> str:
    """A year, a month or a day that is written `2013`, `2013-11` or `2013-10-18`, in words."""
    if len(text) == len("2013-10-18"):
        return day(date.fromisoformat(text))
    return month(date.fromisoformat(f"{text}-01")) if "-" in text else text


def window(last: date) -> str:
    """The twelve months that end with `last`, in words."""
    year, before = divmod(last.year * 12 + last.month - 12, 12)
    return f"{month(date(year, before + 1, 1))} to {month(last)}"


def clock(moment: datetime | None) -> str:
    """A UTC time to the minute, or the word for never."""
    if moment is None:
        return "never"
    return f"{moment.day} {month(moment.date())}, {moment:%H:%M} UTC"


def age(seen: datetime | None, built: datetime) -> str:
    """How long before the build something was seen."""
    if seen is None:
        return "never seen"
    hours = int((built - seen) / timedelta(hours=1))
    if hours < 1:
        return "less than an hour"
    return plural(hours, "hour") if hours < 48 else plural(hours // 24, "day")


def standing(row: Row, built: datetime) -> str:
    """How a source stands, in one line; `row` as `questions/freshness.sql` gives it."""
    if row["kind"] == UNREADABLE:
        return CLOSED
    if row["kind"] in ON_DEMAND | BY_HAND and not row["latest"]:
        return ON_DEMAND_ONLY if row["kind"] in ON_DEMAND else NO_PAGES
    if row["good_at"] is None:
        seen = "never seen: every visit failed" if row["latest"] else "never visited"
    elif built - row["good_at"] > LATE:
        seen = f"not seen for {(built - row['good_at']).days} nights"
    else:
        seen = f"seen {age(row['good_at'], built)} before the build"
    return "; ".join(filter(None, (seen, loading(row), silent(row), "a frozen copy" if row["snapshot"] else "")))


def troubled(row: Row, built: datetime) -> bool:
    """Whether a source needs the reader's attention: never seen, late, still loading, or silent."""
    late = row["good_at"] is None or built - row["good_at"] > LATE
    answers = row["kind"] not in {UNREADABLE, *ON_DEMAND, *BY_HAND}
    return answers and (late or bool(loading(row)) or bool(silent(row)))


def silent(row: Row) -> str:
    """Whether a living source has had nothing for three times as long as is usual there, 19 times of 20."""
    quiet, usual = row["quiet_days"], row["usual_days"]
    if quiet is None or quiet <= 3 * usual:
        return ""
    return f"nothing new for {quiet} days, where {plural(usual, 'day')} are usual: does it still work?"


def loading(row: Row) -> str:
    """What of a source has not been asked yet, or nothing."""
    units, months = row["waiting_units"], row["pending_months"]
    if (units, months) == (row["known_units"], row["living_months"]):
        return "still loading: nothing has been asked yet" if units or months else ""
    said = [f"{units:,} of {plural(row['known_units'], 'unit')}"] if units else []
    said += [f"{months:,} of {plural(row['living_months'], 'month')}"] if months else []
    return f"still loading: {joined(said)} not asked yet" if said else ""


def missing_step(row: Row) -> str:
    """Why a source gives no number: what was not done, in which step."""
    if row["good_at"] is not None:
        return "visited, and the build found nothing in it to count"
    return f"step collect: {row['latest']}" if row["latest"] else "step collect: never visited"


def year_of_states(states: Sequence[str | None]) -> str:
    """How many months of a year are in which state, such as `11 seen whole, 1 partly seen`."""
    counts = Counter(state for state in states if state)
    return ", ".join(f"{n} {STATES[state][1]}" for state, n in counts.items())


def plural(number: int, noun: str) -> str:
    """`1 unit`, `2 units`, `none of the units` never: zero is said as `no units`."""
    if number == 0:
        return f"no {noun}s"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def places_with_machines(metric: str, rows: Sequence[Row], community: str | None = None) -> str:
    """What the mail of machines would do to places; `rows` as `questions/order_with_machines.sql` gives them.

    Of all communities that have a place, or of one; nothing where that has none.
    """
    by = f"in the ranking of {metric}" if metric in MEASURED else f"by {label(metric).lower()}"
    own = [row for row in rows if community in (None, row["community"])]
    changed = [row for row in own if row["rank_with"] != row["rank"]]
    moved = [f"{row['name']} from {row['rank']} to {row['rank_with']}" for row in changed]
    if not own:
        return ""
    if moved:
        return f"With everything in, places {by} change: {joined(moved)}."
    what = "no place changes" if community is None else f"{own[0]['name']} keeps place {own[0]['rank']} of {len(rows)}"
    return f"With everything in, {by} {what}."


def part(right: int, of: int, none: str) -> str:
    """A share in percent with Wilson's interval of 95 %, such as `100 % (98 to 100)`; a word where it is of nothing."""
    if not of:
        return none
    z, share = 1.96, right / of
    middle, half = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    low, high = ((middle + side) / (1 + z * z / of) for side in (-half, half))
    return f"{100 * share:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def digits(value: float | None, missing: str = "not observed") -> str:
    """A number to three significant digits with thousands separators, or the word for missing."""
    if value is None:
        return missing
    rounded = float(f"{value:.3g}")
    places = 2 - math.floor(math.log10(abs(rounded))) if rounded else 0
    return f"{rounded:,.{max(places, 0)}f}"


def monthly(value: float | None, state: str | None, to_date: bool, partial: str = "partly observed") -> str:
    """One month's number as a table says it: a count, what is known of it, or why there is none."""
    if value is None:
        return MISSING.get(state, str(state))
    said = f"{value:,.0f}" if value == round(value) else digits(value)
    if state == "published":
        return f"{said} (measured earlier)"
    if to_date:
        return f"{said} to date"
    return f"{said} ({partial})" if state == "partial" else said


def month_of(row: Row) -> str:
    """One month's number; `row` as `questions/monthly.sql` gives it."""
    partial = "restated later" if row.get("metric") == "registered" else "partly observed"
    return monthly(row["value"], row["state"], row["to_date"], partial)


def place(row: Row) -> str:
    """One window's place, and what it rests on; `row` as `questions/places.sql` gives it."""
    if row["rank"] is None:
        return "not ranked"
    if row["published_months"]:
        return f"{row['rank']} ({plural(row['published_months'], 'month')} measured earlier)"
    return f"{row['rank']}" if row["months"] == WINDOW else f"{row['rank']} ({row['months']} of {WINDOW} months)"


def counted(row: Row) -> str:
    """How many months of the window were counted, and how many of them at most were measured earlier."""
    said = f"{'none' if row['months'] is None else row['months']} of {WINDOW}"
    return f"{said}, up to {row['published_months']} measured earlier" if row["published_months"] else said


def dated(row: Row) -> str:
    """A dated count, its day, and how it is known; `row` as `questions/counts.sql` gives it."""
    said = {"restated": ", restated", "published": f", published: {row['url']}"}.get(row["basis"], "")
    return f"{row['value']:,} ({day(row['day'])}{said})"


def changed(row: Row) -> str:
    """A change of what is counted, and from when on; `row` as `questions/measure_breaks.sql` gives it."""
    return f"From {month(row['day'])} on something else is counted: {row['change']}"


def release(row: Row) -> str:
    """A release with its day, such as `CloudStack 4.15.0.0, 11 January 2021`."""
    version = row["version"] if row["version"] != row["series"] else ""
    named = " ".join(filter(None, (row["name"], row["series"], version)))
    return f"{named}, {day(row['released_at'])}"


def move(row: Row) -> str:
    """A move from one source to another; `row` as `questions/moves.sql` gives it."""
    said = f"{row['from_source']} went on in {row['to_source']}"
    if row["action"] == "stitch":
        return f"{said}: what both hold counts once"
    return f"{said}, one of which cannot be read: its months are not observed ({row['evidence']})"


def imported_in_full(row: Row) -> str:
    """The same with its days and its share of the month; `row` as `questions/imports.sql` gives it."""
    written = f"written from {day(row['authored_from'])} to {day(row['authored_to'])}"
    said = f"{row['commits']:,} commits {written} were recorded in {row['repository']} on {day(row['day'])}"
    if not row["commits_of_month"]:
        return said
    share = f"{100 * row['commits'] / row['commits_of_month']:.0f} %"
    return f"{said}: {share} of the {row['commits_of_month']:,.0f} of {month(row['month'])}"


def import_in_month(row: Row, added: int, imports: Sequence[Row]) -> str:
    """What an import is in one month of one metric."""
    here = [i for i in imports if (i["community"], i["month"]) == (row["community"], row["month"])]
    days = joined([day(i["day"]) for i in here])
    only = "" if row["metric"] == "commits" else "seen only in commits "
    return f"{row['name']}, {month(row['month'])}: {row['value']:,.0f}, {added:,} of them {only}recorded on {days}"


def import_in_window(row: Row) -> str:
    """What an import is in the windows that hold it."""
    return f"{row['name']}: for twelve months the window holds {row['commits']:,} commits recorded on {day(row['day'])}"


def origin(known: Facts) -> str:
    """Where a chart comes from, for whoever sees it alone."""
    made = f"stackrank, method {known.build['method_version']}, built {day(known.build['built_at'].date())}"
    shown = f" {known.build['shows']}" if known.build["shows"] else ""
    return f"Public activity, not quality. {made}.{shown}"


def heading(family: str) -> str:
    """The word for a family, as a heading."""
    return family.capitalize()


def level(metric: str) -> str:
    """What a column of levels is called: of a stock it is no number a month."""
    return label(metric) if metric in STOCKS else f"{label(metric)} a month"


def bounds(cell: Row) -> str:
    """The least and the most that a mean count of people could be; nothing where they are equal to it or unknown."""
    low, high = (digits(cell[key]) for key in ("low", "high"))
    known = cell["low"] is not None and cell["high"] is not None
    return f"{low} to {high}" if known and low != high else ""


def measured(family: str) -> str:
    """What a ranking is by; overall is by all families."""
    return f"{joined(list(MEASURED.values()))} together" if family == "overall" else MEASURED[family]


def headline(rows: Sequence[Row], what: str) -> str:
    """Who has which place by score in `what`; `rows` as `questions/ranking.sql` gives them."""
    ranked = [row for row in rows if row["rank"] is not None]
    if not ranked:
        return f"No community can be ranked in {what}. {unranked(rows)}".rstrip()
    places = [placed(row, ranked) for row in ranked[:NAMED]]
    more = f", of {len(ranked):,} ranked" if len(ranked) > NAMED else ""
    said = f"By score in {what}, {joined(places)}{more}."
    return f"{said} {unranked(rows)}".rstrip()


def placed(row: Row, ranked: Sequence[Row]) -> str:
    """One community with its place and its index relative to the first."""
    equal = sum(other["rank"] == row["rank"] for other in ranked) > 1
    share = "" if row["rank"] == 1 else f"{digits(relative(row, ranked))} where the first is 100"
    said = ", ".join(filter(None, (share, "equal scores" if equal else "")))
    return f"{row['name']} has place {row['rank']}" + (f" ({said})" if said else "")


def relative(row: Row, ranked: Sequence[Row]) -> float | None:
    """The index with the first community as 100; None where there is no score."""
    if row["score"] is None or row["rank"] is None:
        return None
    return 100.0 * math.exp(row["score"] - max(other["score"] for other in ranked))


def unranked(rows: Sequence[Row]) -> str:
    """Who is listed without a place and why; empty when everybody has one."""
    without = [row for row in rows if row["rank"] is None]
    if len(without) > NAMED:
        return f"{len(without):,} communities are listed without a place; the table says why."
    return " ".join(f"{row['name']} is listed without a place: {reason(row)}." for row in without)


def reason(row: Row) -> str:
    """Why a community has no rank, nothing where it has one; `row` as `questions/ranking.sql` gives it."""
    if row["reason_code"] is None:
        return ""
    code = row["reason_code"] if row["missing"] or row["reason_code"] != "not_observed" else "size_not_observed"
    said = REASONS[code].format(
        unseen=joined([NEWCOMERS.get(family, family) for family in (row["missing"] or "").split(", ")]),
        months=row["months"],
        people=digits(row["people"]),
        since=row["living_since"] and month(row["living_since"]),
    )
    active = row["state"] == "dormant" and row["active_in"]
    return f"{said}; it was last seen active in {month(active)}" if active else said


def joined(parts: Sequence[str]) -> str:
    """Parts as one enumeration with commas and a final `and`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
