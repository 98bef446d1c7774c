"""Say why neighbours in a table have no firm order."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from reports.text.formats import join_and
from reports.text.labels import label_in_sentence
from reports.text.language import gettext

Row = Mapping[str, Any]

GAP = gettext("The scores of {first} and {last} differ by {gap} %, and a firm order needs {needed} %.")
MOST = gettext("{name} had the most {metrics}")
DISAGREE = gettext("The counts disagree: {most}.")


def no_order_text(rows: Sequence[Row], levels: Mapping[tuple[str, str], float], metrics: Sequence[str]) -> str:
    """Return why the rows of one bracket are in no firm order.

    `rows` are of `queries/ranking_table/rows.sql`. `levels` has that of a community and metric.
    """
    return " ".join(filter(None, (_gap(rows[0], rows[-1]), _most(rows, levels, metrics))))


def _gap(first: Row, last: Row) -> str:
    """Return how far the ends of a bracket lie apart, and how far they would have to."""
    apart = math.log(first["index"] / last["index"])
    needed = first["threshold"] * math.hypot(first["score_error"], last["score_error"])
    gap = 100 * math.expm1(apart)
    return GAP.format(
        first=first["name"], last=last["name"], gap=f"{gap:.0f}" if gap >= 1 else gettext("less than 1"),
        needed=math.ceil(100 * math.expm1(needed)),
    )  # fmt: skip


def _most(rows: Sequence[Row], levels: Mapping[tuple[str, str], float], metrics: Sequence[str]) -> str:
    """Return who has the most of which count, where these are not all the same one."""
    leaders: dict[str, list[str]] = {}
    for metric in metrics:
        leader = max(rows, key=lambda row: levels.get((row["community"], metric)) or 0)
        leaders.setdefault(leader["name"], []).append(label_in_sentence(metric))
    if len(leaders) < 2:
        return ""
    most = [MOST.format(name=name, metrics=join_and(of_name)) for name, of_name in leaders.items()]
    return DISAGREE.format(most=join_and(most))
