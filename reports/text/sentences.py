"""Numbers, times and sentences as the page says them; a missing number is always a word."""

import math
from collections.abc import Sequence

from pipelines.ranking import method
from reports.answers import Answers, Row
from reports.text.formats import format_day, format_month, format_number, join_and, pluralize
from reports.text.labels import MEASURED, MISSING, label

WINDOW = 12


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


NAMED = 3


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
        return f"With everything in, places {by} change: {join_and(moved)}."
    what = "no place changes" if community is None else f"{own[0]['name']} keeps place {own[0]['rank']} of {len(rows)}"
    return f"With everything in, {by} {what}."


def monthly(value: float | None, state: str | None, to_date: bool, partial: str = "partly observed") -> str:
    """One month's number as a table says it: a count, what is known of it, or why there is none."""
    if value is None:
        return MISSING.get(state, str(state))
    said = f"{value:,.0f}" if value == round(value) else format_number(value)
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
        return f"{row['rank']} ({pluralize(row['published_months'], 'month')} measured earlier)"
    return f"{row['rank']}" if row["months"] == WINDOW else f"{row['rank']} ({row['months']} of {WINDOW} months)"


def counted(row: Row) -> str:
    """How many months of the window were counted, and how many of them at most were measured earlier."""
    said = f"{'none' if row['months'] is None else row['months']} of {WINDOW}"
    return f"{said}, up to {row['published_months']} measured earlier" if row["published_months"] else said


def dated(row: Row) -> str:
    """A dated count, its day, and how it is known; `row` as `questions/counts.sql` gives it."""
    said = {"restated": ", restated", "published": f", published: {row['url']}"}.get(row["basis"], "")
    return f"{row['value']:,} ({format_day(row['day'])}{said})"


def changed(row: Row) -> str:
    """A change of what is counted, and from when on; `row` as `questions/measure_breaks.sql` gives it."""
    return f"From {format_month(row['day'])} on something else is counted: {row['change']}"


def release(row: Row) -> str:
    """A release with its day, such as `CloudStack 4.15.0.0, 11 January 2021`."""
    version = row["version"] if row["version"] != row["series"] else ""
    named = " ".join(filter(None, (row["name"], row["series"], version)))
    return f"{named}, {format_day(row['released_at'])}"


def move(row: Row) -> str:
    """A move from one source to another; `row` as `questions/moves.sql` gives it."""
    said = f"{row['from_source']} went on in {row['to_source']}"
    if row["action"] == "stitch":
        return f"{said}: what both hold counts once"
    return f"{said}, one of which cannot be read: its months are not observed ({row['evidence']})"


def imported_in_full(row: Row) -> str:
    """The same with its days and its share of the month; `row` as `questions/imports.sql` gives it."""
    written = f"written from {format_day(row['authored_from'])} to {format_day(row['authored_to'])}"
    said = f"{row['commits']:,} commits {written} were recorded in {row['repository']} on {format_day(row['day'])}"
    if not row["commits_of_month"]:
        return said
    share = f"{100 * row['commits'] / row['commits_of_month']:.0f} %"
    return f"{said}: {share} of the {row['commits_of_month']:,.0f} of {format_month(row['month'])}"


def import_in_month(row: Row, added: int, imports: Sequence[Row]) -> str:
    """What an import is in one month of one metric."""
    here = [i for i in imports if (i["community"], i["month"]) == (row["community"], row["month"])]
    days = join_and([format_day(i["day"]) for i in here])
    only = "" if row["metric"] == "commits" else "seen only in commits "
    return (
        f"{row['name']}, {format_month(row['month'])}: {row['value']:,.0f}, {added:,} of them {only}recorded on {days}"
    )


def import_in_window(row: Row) -> str:
    """What an import is in the windows that hold it."""
    day = format_day(row["day"])
    return f"{row['name']}: for twelve months the window holds {row['commits']:,} commits recorded on {day}"


def origin(known: Answers) -> str:
    """Where a chart comes from, for whoever sees it alone."""
    made = f"stackrank, method {known.build['method_version']}, built {format_day(known.build['built_at'].date())}"
    shown = f" {known.build['shows']}" if known.build["shows"] else ""
    return f"Public activity, not quality. {made}.{shown}"


def headline(rows: Sequence[Row], what: str) -> str:
    """Who has which place by score in `what`; `rows` as `questions/ranking.sql` gives them."""
    ranked = [row for row in rows if row["rank"] is not None]
    if not ranked:
        return f"No community can be ranked in {what}. {unranked(rows)}".rstrip()
    places = [placed(row, ranked) for row in ranked[:NAMED]]
    more = f", of {len(ranked):,} ranked" if len(ranked) > NAMED else ""
    said = f"By score in {what}, {join_and(places)}{more}."
    return f"{said} {unranked(rows)}".rstrip()


def placed(row: Row, ranked: Sequence[Row]) -> str:
    """One community with its place and its index relative to the first."""
    equal = sum(other["rank"] == row["rank"] for other in ranked) > 1
    share = "" if row["rank"] == 1 else f"{format_number(relative(row, ranked))} where the first is 100"
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
        unseen=join_and([NEWCOMERS.get(family, family) for family in (row["missing"] or "").split(", ")]),
        months=row["months"],
        people=format_number(row["people"]),
        since=row["living_since"] and format_month(row["living_since"]),
    )
    active = row["state"] == "dormant" and row["active_in"]
    return f"{said}; it was last seen active in {format_month(active)}" if active else said
