"""The mail of machines beside that of people: thin lines, the same chart with everything in, what that changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from reports.answers import Answers, Row
from reports.charts import series
from reports.charts.series import Line
from reports.text.sentences import places_with_machines

# The metrics that leave the mail of machines out.
SWITCHED = ("messages", "talk_people")
MACHINES = "bot_messages"


class BotSwitch(NamedTuple):
    """What a chart of people's mail shows besides: its lines with everything in, and those of machines alone.

    `columns` and `rows` are for its table, so that both figures stand there without a script.
    """

    drawn: list[Line]
    machines: list[Line]
    columns: list[Line]
    rows: list[Row]


AUTOMATED = ("commits", "code_people", "code")


def include_bots(
    known: Answers, metrics: Sequence[str], key: str, names: Mapping[str, str], community: str | None,
    kind: Callable[[Row], str],
) -> BotSwitch | None:  # fmt: skip
    """Return it for metrics that leave machines out, of all communities or of one; None where nothing is known.

    `key` says what a line is of: community, or metric. `kind` tells how a month is known, see lines.KINDS.
    """
    found = [
        row | {"known": kind(row)}
        for row in known.everything_in
        if row["metric"] in metrics and community in (None, row["community"])
    ]
    if not any(row["value"] is not None for row in found):
        return None
    alone = [row | {"value": None if row["to_date"] else row["machines"]} for row in found]
    titled = {_column(slug): f"{name}, everything in" for slug, name in names.items()}
    rows = [row | {key: _column(row[key])} for row in found]
    return BotSwitch(
        drawn=series.lines(found, "month", "value", names, key),
        machines=series.lines(alone, "month", "value", names, key),
        columns=series.lines(rows, "month", "value", titled, key),
        rows=rows,
    )


def _column(slug: str) -> str:
    """The slug of a line with everything in, which no community and no metric has."""
    return f"{slug}:everything"


def into(figure: dict[str, Any], other: Mapping[str, Any], title: str) -> dict[str, Any]:
    """The figure with what the switch puts in its place: the traces, scales and title of the other one."""
    return figure | {"everything": {"data": other["data"], "scales": other["scales"], "title": title}}


def changes(known: Answers, metrics: Sequence[str], community: str | None = None) -> str:
    """How places change with everything in, in sentences; nothing where nobody has a place by any of the metrics."""
    orders = {metric: [row for row in known.order_with_machines if row["metric"] == metric] for metric in metrics}
    said = (places_with_machines(metric, rows, community) for metric, rows in orders.items())
    return " ".join(filter(None, said))


def commits_in(known: Answers) -> str:
    """How places change with the commits of machines in, in sentences."""
    orders = {m: [row for row in known.order_with_automated if row["metric"] == m] for m in AUTOMATED}
    return " ".join(filter(None, (places_with_machines(metric, rows) for metric, rows in orders.items())))
