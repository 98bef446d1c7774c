"""The sentences that a script fills in where readers weigh by themselves: those of the ranking, and its own."""

from typing import Any

from reports.text.cells import NOT_RANKED, PLACES, RUN, SET, TIED
from reports.text.formats import ENDS, ENUMERATED, format_ordinal
from reports.text.formats import ORDINALS as BETWEEN
from reports.text.headlines import FIRM, HEADLINE, NAMED, NOW, OF_SEEN, ORDINALS, SETS, SPAN, SPAN_OF_TWO
from reports.text.labels import FAMILY_TITLES
from reports.text.language import gettext
from reports.text.pairs import PAIRS
from reports.text.places import POSSIBLE, POSSIBLE_SENTENCE
from reports.text.reasons import LAST_ACTIVE, REASONS
from reports.text.rules import RULES, WINDOW

YOURS = gettext("By your weights")
OF_FAMILY = gettext("{metric} in {family}")
SHARE, SHARE_OF_FAMILY = gettext("{share} of 100"), gettext("{share} of 100 in {family}")
FLIPS = {
    "closest": gettext("The closest two are {ahead} and {behind}."),
    "level": gettext("{what}: the two are level at a weight of {weight} of 100. It is {now} now."),
    "none": gettext("No weight of {what} changes their order."),
    "no_single": gettext("No single weight changes their order."),
    "unseen": gettext("Not seen for both of them: {what}."),
    "nobody": gettext("Without two ranked communities there is no order."),
}
"""At which weight the order of the two that are closest changes."""


def weighing_words(ranked: int) -> dict[str, Any]:
    """Return every sentence that the script needs for so many communities; named fields stand in braces."""
    return {
        "headline": HEADLINE, "titles": {**FAMILY_TITLES, "yours": YOURS}, "clauses": NOW, "named": NAMED,
        "nth": [ORDINALS.get(rank, format_ordinal(rank)) for rank in range(1, ranked + 1)],
        "ordinals": [format_ordinal(rank) for rank in range(1, ranked + 1)],
        "span_of_two": SPAN_OF_TWO, "span": SPAN, "enumerated": ENUMERATED, "between": BETWEEN,
        "set": SET, "scores": ENDS,
        "firm": FIRM, "sets": SETS, "of_seen": OF_SEEN, "pairs": PAIRS, "not_ranked": NOT_RANKED.spoken,
        "places": PLACES, "tied": TIED, "run": RUN, "possible": POSSIBLE_SENTENCE.replace("{possible}", POSSIBLE),
        "reasons": {code: _ruled(said) for code, said in REASONS.items()}, "last_active": LAST_ACTIVE,
        "flips": FLIPS,
    }  # fmt: skip


def _ruled(reason: str) -> str:
    """Return a reason in which the numbers of the method stand already."""
    numbers = {"window": WINDOW, "fewest_months": RULES["fewest_months"], "fewest_people": RULES["fewest_people"]}
    for name, value in numbers.items():
        reason = reason.replace(f"{{{name}}}", f"{value}")
    return reason
