"""Say why a community has no place."""

from collections.abc import Iterable, Mapping
from typing import Any

from reports.text.formats import format_level, format_month, join_and
from reports.text.language import gettext
from reports.text.rules import RULES, WINDOW
from reports.text.unseen import unseen_sources_text, unseen_text

Row = Mapping[str, Any]

NAMED = 3

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


LAST_ACTIVE = gettext("{reason}; it was last seen active in {month}")
MISSED = {"code": gettext("code"), "talk": gettext("talk"), "people": gettext("newcomers")}


NO_OVERALL = gettext("it needs two communities whose talk, code and newcomers were all seen")


def reason_text(row: Row) -> str:
    """Return why a community has no place, or nothing; `row` is one of `queries/ranking_table/rows.sql`."""
    if row["reason_code"] is None:
        return ""
    reason = "; ".join(
        REASONS[code].format(
            missing=missing and join_and([MISSED[family] for family in missing]),
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
    return LAST_ACTIVE.format(reason=reason, month=format_month(row["active_in"]))


GAPS = {
    "sources_ended": gettext("its sources have ended"),
    "nobody_seen": gettext("nobody seen for {window} months"),
    "new": gettext("seen since {since}; a place needs {window} months"),
    "quiet": REASONS["quiet"],
    "without_source": gettext("no known source"),
    "too_short": gettext("too few months"),
}
"""The same in a few words, for the place of a mark in a table."""


def gap_text(row: Row) -> str:
    """Return in a few words why a row of a ranking has no mark, or nothing where it has one.

    The first reason that the coverage gives stands for the others; `reason_text` has them all.
    """
    if row["rank"] is not None or row["reason_code"] == "fewer_than_two_ranked":
        return ""
    if row["reason_code"] == "not_observed" and row["unseen"]:
        return unseen_text(row["unseen"][0])
    code = next(code for code, _ in _reasons(row))
    said = GAPS.get(code, gettext("could not be seen")).format(
        window=WINDOW, since=row["living_since"] and format_month(row["living_since"]),
        people=format_level(row["people"]), fewest_people=RULES["fewest_people"],
    )  # fmt: skip
    if row["state"] != "dormant" or not row["active_in"]:
        return said
    return gettext("{reason}; last active in {month}").format(reason=said, month=format_month(row["active_in"]))


def unranked_text(rows: Iterable[Row]) -> str:
    """Return who is listed without a place and why; nothing where everybody has one."""
    without = [row for row in rows if row["rank"] is None]
    if len(without) > NAMED:
        said = gettext("{communities:,} communities are listed without a place; the table says why.")
        return said.format(communities=len(without))
    said = gettext("{name} is listed without a place: {reason}.")
    return " ".join(said.format(name=row["name"], reason=reason_text(row)) for row in without)


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
