"""Say what became of the claims of the founding talk, and why a line of scores stops."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.text.formats import format_month, format_time
from reports.text.labels import FAMILY_PHRASES
from reports.text.language import gettext, ngettext, translate
from reports.text.rules import RULES

Row = Mapping[str, Any]

VERDICTS = {
    "held": gettext("Held"),
    "incomplete": gettext("Incomplete"),
    "corrected": gettext("Corrected"),
    "unknown": gettext("Unknown"),
}
CANNOT_TELL = gettext("This database does not hold what tells it.")
DISAGREES = gettext(
    "The data of this database do not agree with what was found. The finding has to be looked at again."
)
STOPS = {
    "quiet": gettext("fewer than {people} people a month after that"),
    "not_observed": gettext("not seen after that"),
    "sources_ended": gettext("its sources ended"),
    "nobody_seen": gettext("no activity seen since"),
    "no_source": gettext("no source after that"),
    "fewer_than_two_ranked": gettext("nobody else was ranked after that"),
}


def read_claim(claim: Row, found: Row | None) -> dict[str, Any]:
    """Return a claim with what the database lets us say of it: verdict, finding and today.

    `claim` is a row of `raw.talk_claims`, `found` the answer to its question. Where the data cannot tell, or disagree,
    the verdict is unknown. `today` does not depend on the verdict; without an answer it is "not observed".
    """
    values = {name: _value(name, value) for name, value in (found or {}).items() if value is not None}
    agrees, finding = (found or {}).get("agrees"), _filled(translate(claim["finding"]), values)
    today = _filled(translate(claim["today"]), values) or gettext("not observed")
    if agrees is None or finding is None:
        return {**claim, "verdict": "unknown", "finding": CANNOT_TELL, "today": today}
    if not agrees:
        return {**claim, "verdict": "unknown", "finding": DISAGREES, "today": today}
    return {**claim, "finding": finding, "today": today}


def _value(name: str, value: Any) -> str:
    """Return what fills the braces of this name: texts of our data are translated."""
    if name == "places":
        return _places(*value)
    if name.endswith("_of"):
        return format_time(value)
    return ", ".join(map(translate, value)) if isinstance(value, list) else translate(str(value))


def _places(first: int, last: int) -> str:
    said = gettext("place {first}") if first == last else gettext("places {first} to {last}")
    return said.format(first=first, last=last)


def _filled(text: str, values: Mapping[str, str]) -> str | None:
    """Return a text with its braces filled; None where a value is missing."""
    try:
        return text.format(**values)
    except KeyError:
        return None


def tally_text(claims: Sequence[Row]) -> str:
    """Return how many claims have each verdict, such as `2 held, 2 incomplete, 3 corrected, 2 unknown`."""
    counts = {name: sum(claim["verdict"] == name for claim in claims) for name in VERDICTS}
    return ", ".join(f"{count} {VERDICTS[name].lower()}" for name, count in counts.items() if count)


def verdict_headline(claims: Sequence[Row]) -> str:
    """Return the sentence that stands above all claims."""
    counts = {name: sum(claim["verdict"] == name for claim in claims) for name in VERDICTS}
    first = gettext("{held} of {claims} claims of the founding talk held.")
    wrong = counts["incomplete"] + counts["corrected"]
    parts = [
        first.format(held=counts["held"], claims=len(claims)),
        ngettext(
            "{count} was incomplete or needed correcting.", "{count} were incomplete or needed correcting.", wrong
        ),
        ngettext("{count} cannot be checked.", "{count} cannot be checked.", counts["unknown"]),
    ]
    shown = (True, wrong, counts["unknown"])
    filled = (part.format(count=n) for part, n in zip(parts, (0, wrong, counts["unknown"]), strict=True))
    return " ".join(part for part, wanted in zip(filled, shown, strict=True) if wanted)


def stop_text(row: Row) -> str:
    """Return when a community had its last place and why it has none since, from `downloads_of_month/slopes.sql`."""
    why = STOPS.get(row["reason_code"], STOPS["not_observed"]).format(people=f"{RULES['fewest_people']:g}")
    said = gettext("last place in {month}: {why}").format(month=format_month(row["last"]), why=why)
    if row["active_in"] is None or row["active_in"] <= row["last"]:
        return said
    return gettext("{said}; last seen active in {month}").format(said=said, month=format_month(row["active_in"]))


def slopes_title(family: str, month: str) -> str:
    """Return the title of the picture of scores then and now."""
    return gettext("Scores by {family} in June 2013 and {month}").format(
        family=FAMILY_PHRASES.get(family, family), month=month
    )
