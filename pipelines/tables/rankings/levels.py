"""One row per month that has a ranking, community and weighed metric: its level over the window that ends there.

as_of: first day of the last month of the window
community: slug of the community
metric: name of the metric
months: months of the window that give a number, 0 to 12, the published ones among them
published_months: of these, the months that were not covered enough and take their number from raw.history
applicable_months: months of the window in which the metric was applicable
level: mean of the numbers; NULL with fewer than the method's fewest months
low: the least that the level could be, see metrics.bounds; NULL where a month has no bounds
high: the most that it could be
range_low: lower end of the range of 90 %: the noise below `low`, or below the level where that is NULL
range_high: upper end of that range
pairs: pairs of neighbouring months of the past 36 that both give a number
own_dispersion: sum of the squared changes in these pairs over the sum of their numbers; NULL where that is 0
dispersion: the dispersion that is used: the panel's at this level, drawn towards the community's own
y: ln((level + offset) / (reference + offset)); NULL where the level is missing
y_error: standard error of y; NULL where the level is missing
state: observed (all months seen), published (some or all from raw.history, the others seen), partial (months are
    missing), missing
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pipelines.ranking.arrays import trailing_sum
from pipelines.ranking.held import DAY, FRAME_TABLES, column, grid, labels, read_frame
from pipelines.ranking.levels import level_range, mean_level, measure_levels

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.ranking.constants import Method, Metric
    from pipelines.ranking.held import Frame

READS = ("rankings.numbers", *FRAME_TABLES)
NUMBERS = "select number, low, high, filled, applicable from rankings.numbers order by metric, community, month"
STATES = np.array(["missing", "partial", "published", "observed"])


def table(con: "DuckDBPyConnection") -> pa.Table:
    """Measure every metric of all communities over all months, and keep the months that have a ranking."""

    def ask(sql: str) -> pa.Table:
        return con.sql(sql).to_arrow_table()

    frame, answer = read_frame(ask), ask(NUMBERS)
    metrics = [metric.name for metric in frame.method.metrics]
    months = len(answer) // max(len(metrics) * len(frame.communities), 1)
    numbers = {name: grid(answer, name, (len(metrics), len(frame.communities), months)) for name in answer.column_names}
    parts = [
        _measure({name: array[row] for name, array in numbers.items()}, metric, frame)
        for row, metric in enumerate(frame.method.metrics)
    ]
    cells = (*reversed(frame.shape), len(metrics))
    return pa.table({
        "as_of": labels(frame.as_ofs, 0, cells, DAY),
        "community": labels(frame.communities, 1, cells),
        "metric": labels(metrics, 2, cells),
        **{name: column(np.stack([part[name] for part in parts], axis=2).swapaxes(0, 1)) for name in parts[0]},
    })  # fmt: skip


def _measure(numbers: dict[str, Any], metric: "Metric", frame: "Frame") -> dict[str, Any]:
    """Return the columns of one metric as arrays of communities and editions."""
    method, editions = frame.method, len(frame.as_ofs)
    measured = measure_levels(numbers["number"], metric, method)
    published, applicable = (
        trailing_sum(numbers[name].astype(np.int16), method.window_months) for name in ("filled", "applicable")
    )
    low, high = (_bound(numbers[bound], measured.months, method) for bound in ("low", "high"))
    least, most = (np.where(np.isnan(bound), measured.level, bound) for bound in (low, high))
    range_low, range_high = level_range(least, most, measured.error, metric, method)
    columns = {
        "months": measured.months,
        "published_months": published,
        "applicable_months": applicable,
        "level": measured.level,
        "low": low,
        "high": high,
        "range_low": range_low,
        "range_high": range_high,
        "pairs": measured.pairs,
        "own_dispersion": measured.dispersion,
        "dispersion": measured.phi,
        "y": measured.log_ratio,
        "y_error": measured.error,
        "state": _states(measured.months, published, method),
    }
    return {name: array[:, array.shape[1] - editions :] for name, array in columns.items()}


def _bound(bounds: Any, months: Any, method: "Method") -> Any:
    """Return the mean of the months' bounds where every month that gives a number has one."""
    level, with_bounds = mean_level(bounds, method)
    return np.where(with_bounds == months, level, np.nan)


def _states(months: Any, published: Any, method: "Method") -> Any:
    conditions = [months < method.fewest_months, months < method.window_months, published > 0]
    return STATES[np.select(conditions, [0, 1, 2], 3)]
