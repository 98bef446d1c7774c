"""Make whole sentences from codes and numbers; a missing number is always a word."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.ranking import method
from reports.text.formats import (
    format_day,
    format_level,
    format_month,
    format_number,
    format_ordinals,
    format_percents,
    join_and,
    pluralize,
)
from reports.text.labels import FAMILY_PHRASES, MISSING, STATES, family_phrase, label_in_sentence, label_of
from reports.text.language import gettext
from reports.text.unseen import unseen_sources_text

WINDOW = 12
NAMED = 3
RULES = method.load().rules

Row = Mapping[str, Any]


def rank_changes(rows: Sequence[Row]) -> str:
    """Return how the order of all communities by one metric changes where bots are included.

    `rows` are those of one metric in `queries/ranking/rank_including_bots.sql`. Nothing where nobody has a row.
    """
    moved = [row for row in rows if row["rank_including_bots"] != row["rank"]]
    if not rows:
        return ""
    if moved:
        said = gettext("Including bots, the order by {metric} changes: {changes}.")
        return said.format(metric=_by(rows[0]), changes=join_and([_change(row) for row in moved]))
    return gettext("Including bots, the order by {metric} is the same.").format(metric=_by(rows[0]))


def rank_change(row: Row) -> str:
    """Return how the row of one community in the order by one metric changes where bots are included."""
    if row["rank_including_bots"] != row["rank"]:
        said = gettext("Including bots, the order by {metric} changes: {changes}.")
        return said.format(metric=_by(row), changes=_change(row))
    said = gettext("Including bots, {name} keeps row {rank} of {ranked} in the order by {metric}.")
    return said.format(name=row["name"], rank=row["rank"], ranked=row["ranked"], metric=_by(row))


def _by(row: Row) -> str:
    is_score = row["metric"] in FAMILY_PHRASES
    return gettext("score in {family}").format(family=row["metric"]) if is_score else label_in_sentence(row["metric"])


def _change(row: Row) -> str:
    return _move(row, row["rank_including_bots"])


def _move(row: Row, other: int) -> str:
    said = gettext("{name} from row {rank} to row {other}")
    return said.format(name=row["name"], rank=row["rank"], other=other)


MONTHLY = {
    "published": gettext("{value} (measured earlier)"),
    "to date": gettext("{value} to date"),
    "partial": gettext("{value} (partly observed)"),
    "restated": gettext("{value} (restated later)"),
}
KNOWN_SINCE = gettext("{value} (of what is known since {month})")
"""For a number that depends on the past, where not all of that was seen."""


def month_text(row: Row) -> str:
    """Return one month's number as a table shows it: a count and how it is known, or why there is none.

    `row` has value and state, and how a number is known in `known`; of one that depends on the past also `known_since`.
    """
    value = row["value"]
    if value is None:
        return MISSING.get(row["state"], str(row["state"]))
    said = f"{value:,.0f}" if value == round(value) else format_number(value)
    if row["known"] == "partial" and row.get("known_since"):
        return KNOWN_SINCE.format(value=said, month=format_month(row["known_since"]))
    return MONTHLY.get(row["known"], "{value}").format(value=said)


def place_text(row: Row) -> str:
    """Return the row of one window in the order of scores, the places that the counts allow, and what they rest on."""
    if row["rank"] is None:
        return gettext("not ranked")
    known = [place_set(row)]
    if row["published_months"]:
        known.append(gettext("{months} measured earlier").format(months=pluralize(row["published_months"], "month")))
    elif row["months"] < WINDOW:
        known.append(gettext("{months} of {window} months").format(months=row["months"], window=WINDOW))
    return gettext("{rank} ({known})").format(rank=row["rank"], known="; ".join(known))


def months_text(row: Row) -> str:
    """Return how many months of the window were counted, and how many of them were measured earlier."""
    months = "none" if row["months"] is None else row["months"]
    if row["published_months"]:
        said = gettext("{months} of {window}, up to {published} measured earlier")
        return said.format(months=months, window=WINDOW, published=row["published_months"])
    return gettext("{months} of {window}").format(months=months, window=WINDOW)


COUNTS = {
    "stated": gettext("{value:,} ({day})"),
    "restated": gettext("{value:,} ({day}, restated)"),
    "published": gettext("{value:,} ({day}, published: {url})"),
}


def count_text(row: Row) -> str:
    """Return a dated count, its day, and how it is known; `row` is one of `queries/members/counts.sql`."""
    return COUNTS[row["basis"]].format(value=row["value"], day=format_day(row["day"]), url=row["url"])


def measure_change_text(row: Row) -> str:
    """Return what changed in what is counted; `row` is one of `queries/members/breaks.sql`."""
    said = gettext("Since {month} something else is counted: {change}")
    return said.format(month=format_month(row["day"]), change=row["change"])


def release_text(row: Row) -> str:
    """Return a release with its day, such as `CloudStack 4.15.0.0, 11 January 2021`."""
    version = row["version"] if row["version"] != row["series"] else ""
    named = " ".join(filter(None, (row["name"], row["series"], version)))
    return f"{named}, {format_day(row['released_at'])}"


MOVES = {
    "stitch": gettext("{from_source} moved to {to_source}: messages that both hold count once"),
    "censor": gettext("{from_source} moved to {to_source}; one of them cannot be read, so its months are not observed"
                      " ({evidence})"),
}  # fmt: skip


def move_text(row: Row) -> str:
    """Return a move from one source to another; `row` is one of `queries/community/moves.sql`."""
    return MOVES[row["action"]].format(**row)


def import_text(row: Row) -> str:
    """Return a history that was recorded in one day, and where its commits count."""
    said = gettext("{commits} commits written from {first} to {last} were recorded in {repository} on {day}. {counted}")
    return said.format(
        commits=f"{row['commits']:,}", repository=row["repository"], day=format_day(row["day"]),
        first=format_day(row["authored_from"]), last=format_day(row["authored_to"]),
        counted=_counted(row["commits"], row["not_counted"]),
    )  # fmt: skip


def _counted(commits: int, not_counted: int) -> str:
    """Return where the commits of an import count."""
    if not_counted == commits:
        return gettext("None of them counts: they are too old, or have no readable date.")
    if not_counted:
        said = gettext("They count in the months in which they were written; {not_counted} do not count.")
        return said.format(not_counted=f"{not_counted:,}")
    return gettext("They count in the months in which they were written.")


def import_in_month(row: Row) -> str:
    """Return what was recorded in one month as an import; `row` is one of `queries/ranking/monthly.sql`."""
    said = gettext("{name}: {commits:,} commits were recorded on {days}. {counted}")
    return said.format(
        name=row["community_name"], commits=row["import_commits"],
        days=join_and([format_day(day) for day in row["import_days"]]),
        counted=_counted(row["import_commits"], row["import_not_counted"]),
    )  # fmt: skip


def order_by_recorded_month(rows: Sequence[Row]) -> str:
    """Return how the places of one ranking change where imports count in the months in which they were recorded.

    `rows` are those of one ranking in `queries/ranking/rank_by_recorded_month.sql`. Nothing without rows.
    """
    moved = [row for row in rows if row["rank_by_recorded_month"] != row["rank"]]
    if not moved:
        return ""
    said = gettext("Counted in the month in which imports were recorded, places change: {changes}.")
    return said.format(changes=join_and([_move(row, row["rank_by_recorded_month"]) for row in moved]))


def origin_text(build: Row) -> str:
    """Return where a chart comes from, for whoever sees it alone."""
    said = gettext("Public activity, not quality. stackrank, method {method}, built {day}.")
    made = said.format(method=build["method_version"], day=format_day(build["built_at"].date()))
    return " ".join(filter(None, (made, build["shows"])))


def headline(rows: Sequence[Row], what: str) -> str:
    """Return who has which places by score in `what`, and who has none; `rows` are those of one ranking."""
    ranked = [row for row in rows if row["rank"] is not None]
    return " ".join(filter(None, (_ranked(ranked, what), _firmness(rows), unranked_text(rows))))


def _ranked(ranked: Sequence[Row], what: str) -> str:
    if not ranked:
        return gettext("No community can be ranked in {what}.").format(what=what)
    places = join_and([rank_phrase(row) for row in ranked[:NAMED]])
    if len(ranked) <= NAMED:
        return gettext("By score in {what}: {places}.").format(what=what, places=places)
    said = gettext("By score in {what}, the first of {ranked:,}: {places}.")
    return said.format(what=what, ranked=len(ranked), places=places)


def _firmness(rows: Sequence[Row]) -> str:
    """Return whether the places of a ranking are firm, and of how many they are where somebody could not be seen."""
    ranked = [row for row in rows if row["rank"] is not None and row["rank_low"] is not None]
    if not ranked:
        return ""
    is_firm = all(row["rank_low"] == row["rank_high"] for row in ranked)
    said = (
        gettext("All {ranked:,} places are firm.") if is_firm else gettext("Places that overlap are in no firm order.")
    )
    seen = gettext("They are places of the {ranked:,} that could be seen.")
    is_hidden = any(row["state"] == "not observed" for row in rows)
    return " ".join([said, *([seen] if is_hidden else [])]).format(ranked=len(ranked))


def rank_phrase(row: Row) -> str:
    """Return one community with its places and its score where the first is 100, such as `Beta 2nd to 3rd (46.2)`."""
    said = gettext("{name} {places} ({percent})")
    return said.format(name=row["name"], places=place_set(row), percent=format_number(row["percent_of_first"]))


def place_set(row: Row) -> str:
    """Return the places that the counts allow, such as `2nd to 4th`; without sets the row in the order of scores."""
    if row["rank_low"] is None:
        return gettext("row {rank}, its places are not computed").format(rank=row["rank"])
    return format_ordinals(row["rank_low"], row["rank_high"])


def possible_text(row: Row) -> str:
    """Return between which places somebody would be who was seen only in part; nothing for others."""
    if row["state"] != "not observed":
        return ""
    if row["possible_low"] is None:
        return gettext("its place cannot be known")
    said = gettext("between its best and worst case it would be {places}")
    return said.format(places=format_ordinals(row["possible_low"], row["possible_high"]))


def standing_text(row: Row, what: str) -> str:
    """Return the places of one community in `what`, and since when, of `queries/community/rankings.sql`."""
    if row["rank"] is None:
        said = gettext("{name} is listed without a place in {what}: {reason}.")
        return said.format(name=row["name"], what=what, reason=reason_text(row))
    said = gettext("{name} is {places} of {ranked:,} in {what}, with {percent} where the first has 100.")
    since = gettext("The counts have allowed the same places since the twelve months that ended in {month}.")
    return f"{said} {since}".format(
        name=row["name"], ranked=row["ranked"], places=place_set(row), what=what,
        month=format_month(row["since"]), percent=format_number(row["percent_of_first"]),
    )  # fmt: skip


PAIRS = {
    "ahead": gettext("{ahead} is ahead of {behind}."),
    "probably ahead": gettext("{ahead} is probably ahead of {behind}."),
    "cannot be told apart": gettext("{ahead} and {behind} cannot be told apart."),
}


def pair_text(row: Row) -> str:
    """Return what is said of two neighbours in a table; `row` is one of `queries/ranking/pairs.sql`."""
    names = {"ahead": row["ahead_name"], "behind": row["behind_name"]}
    said = [_distance(row), PAIRS[row["word"]], _fragility(row), _flip(row)]
    return " ".join(filter(None, said)).format(**names)


def _distance(row: Row) -> str:
    if not any(row["needed"]):
        return gettext("{ahead} and {behind} have equal scores.")
    more = [
        gettext("{needed:,} more {metric}").format(needed=needed, metric=label_of(metric, needed))
        for metric, needed in zip(row["metrics"], row["needed"], strict=True)
    ]
    said = gettext("{{behind}} would need {more} a month to be level with {{ahead}}.")
    return said.format(more=join_and(more))


def _fragility(row: Row) -> str:
    if not row["fragility"]:
        return ""
    said = gettext("Without {few:,} of its {all:,} contributors {{ahead}} would not be before {{behind}}.")
    return said.format(few=row["fragility"], all=row["fragility_of"])


def _flip(row: Row) -> str:
    """Return at which weight of people the order turns, in the rankings of people and events."""
    if row["family"] not in ("code", "talk"):
        return ""
    if row["flip_weight"] is None:
        return gettext("Their order is the same whatever people weigh in {family}.").format(family=row["family"])
    said = gettext("They are level where people weigh {weight:.0f} of 100 in {family}.")
    return said.format(weight=100 * row["flip_weight"], family=row["family"])


def movement_text(row: Row) -> str:
    """Return how an index moved since an earlier window; `row` is one of `queries/community/movement.sql`."""
    if row["reason_code"]:
        said = gettext("{name}, {what}, against {month}: not compared. A source moved in {moved}, and one of the two"
                       " cannot be read.")  # fmt: skip
        return said.format(
            name=row["name"], what=family_phrase(row["family"]), month=format_month(row["earlier"]),
            moved=format_month(row["break_month"]),
        )  # fmt: skip
    growth, low, high = format_percents(row["growth"], row["low"], row["high"])
    said = gettext("{name}, {what}, against {month}: {word}, {growth} % (90 % range {low} to {high} %).")
    return said.format(
        name=row["name"], what=family_phrase(row["family"]), word=row["word"], month=format_month(row["earlier"]),
        growth=growth, low=low, high=high,
    )  # fmt: skip


def unranked_text(rows: Iterable[Row]) -> str:
    """Return who is listed without a place and why; nothing where everybody has one."""
    without = [row for row in rows if row["rank"] is None]
    if len(without) > NAMED:
        said = gettext("{communities:,} communities are listed without a place; the table says why.")
        return said.format(communities=len(without))
    said = gettext("{name} is listed without a place: {reason}.")
    return " ".join(said.format(name=row["name"], reason=reason_text(row)) for row in without)


REASONS = {
    "sources_ended": gettext("all its sources have ended"),
    "nobody_seen": gettext("nobody was seen for {window} months"),
    "no_source": gettext("no source of it was alive in these months"),
    "new": gettext("its sources are younger than {window} months: they began in {since}"),
    "not_observed": gettext(
        "its {missing} could not be seen: {months} of {window} months were, and a place needs {fewest_months}"
    ),
    "in_part_not_observed": gettext("its {missing} could not be seen"),
    "without_source": gettext("we know no source of its {missing} in these months"),
    "too_short": gettext("its {missing} can be counted for too few months: a place needs {fewest_months} of {window}"),
    "size_not_observed": gettext("how many people a month it has could not be seen"),
    "quiet": gettext("{people} people a month; a place needs {fewest_people}"),
    "fewer_than_two_ranked": gettext("no other community can be ranked, and a ranking needs two"),
}
NEWCOMERS = {"people": "newcomers"}
NO_OVERALL = gettext("it needs two communities whose talk, code and newcomers were all seen")


def reason_text(row: Row) -> str:
    """Return why a community has no place, or nothing; `row` is one of `queries/ranking/rankings.sql`."""
    if row["reason_code"] is None:
        return ""
    reason = "; ".join(
        REASONS[code].format(
            missing=missing and join_and([NEWCOMERS.get(family, family) for family in missing]),
            months=row["months"], window=WINDOW, people=format_level(row["people"]),
            since=row["living_since"] and format_month(row["living_since"]),
            fewest_months=RULES["fewest_months"], fewest_people=RULES["fewest_people"],
        )
        for code, missing in _reasons(row)
    )  # fmt: skip
    if why := unseen_sources_text(row.get("unseen", ())):
        reason = gettext("{reason} ({why})").format(reason=reason, why=why)
    if row["state"] != "dormant" or not row["active_in"]:
        return reason
    said = gettext("{reason}; it was last seen active in {month}")
    return said.format(reason=reason, month=format_month(row["active_in"]))


def _reasons(row: Row) -> list[tuple[str, list[str]]]:
    """Return the keys of `REASONS` that hold for a row, each with the families of which it does."""
    missing, without_source, too_short = (
        row[name].split(", ") if row[name] else [] for name in ("missing", "without_source", "too_short")
    )
    if row["reason_code"] != "not_observed":
        return [(row["reason_code"], missing)]
    if not missing:
        return [("size_not_observed", [])]
    unseen = [family for family in missing if family not in (*without_source, *too_short)]
    said = "not_observed" if unseen == missing else "in_part_not_observed"
    found = [(said, unseen), ("without_source", without_source), ("too_short", too_short)]
    return [(code, families) for code, families in found if families]


def retention_text(row: Row) -> str:
    """Return the share of a cohort that was seen in a year; `row` is one of `queries/community/retention.sql`."""
    if row["state"] is None:
        return ""
    if row["share"] is None:
        return MISSING[row["state"]]
    said = gettext("{percent:.0f} % (partly observed)") if row["state"] == "partial" else "{percent:.0f} %"
    return said.format(percent=100 * row["share"])


def year_of_states(states: Iterable[str | None]) -> str:
    """Return how many months of a year are in which state, such as `11 complete, 1 partly seen`."""
    present = [state for state in states if state]
    return ", ".join(f"{present.count(state)} {STATES[state][1]}" for state in dict.fromkeys(present))
