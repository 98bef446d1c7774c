"""Put traces, axes and words together to a figure, as plain JSON of Plotly.

A figure has `data` and `layout`, and `narrow`: what the layout of a phone changes. `plotly.graph_objects` would check
the same JSON at 3 ms a trace, as long as all the rest of a page takes: the tests do that for every kind of figure.
"""

from collections.abc import Sequence
from typing import Any

from reports.charts.axes import FEW_MONTHS, time_axis
from reports.charts.words import for_phone

TOP, BOTTOM, BOTTOM_OF_MONTHS, LEFT, LEFT_NARROW, RIGHT = 18, 30, 44, 46, 34, 16
LETTER, PHONE = 8.6, 4
LONGEST_ON_A_PHONE = 18
"""So many letters of a label have room right of the lines on a phone; a longer one stands above the end of its line."""
Figure = dict[str, Any]


def finish(
    traces: Sequence[Any], months: Sequence[str], yaxis: dict[str, Any], panel: int, *, words: Sequence[Any] = (),
    label: str = "", left: int = LEFT, shapes: Sequence[Any] = (), **layout: Any,
) -> Figure:  # fmt: skip
    """Return a figure whose panel is `panel` pixels high, with room on the right for the longest `label`."""
    is_long = len(label) > LONGEST_ON_A_PHONE
    bottom = BOTTOM if len(months) > FEW_MONTHS else BOTTOM_OF_MONTHS
    height = TOP + panel + bottom
    right = round(RIGHT + LETTER * len(label)) if label else RIGHT
    margin = {"t": TOP, "b": bottom, "l": left, "r": right}
    return {
        "data": list(traces),
        "layout": {
            "height": height, "margin": margin, "yaxis": yaxis,
            "annotations": list(words), "shapes": list(shapes), **layout,
            "xaxis": {**time_axis(months), **layout.get("xaxis", {})},
        },
        "narrow": {
            "margin": margin | {"l": LEFT_NARROW if left == LEFT else left, "r": RIGHT if is_long else right},
            "xaxis": {**time_axis(months, PHONE), **layout.get("xaxis", {})}, "height": height,
            "annotations": for_phone(words, is_inside=is_long),
        },
    }  # fmt: skip
