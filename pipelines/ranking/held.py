"""Reads what the ranking is computed from out of tables: the method, and arrays of communities and editions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.ranking.constants import Method, Metric
from pipelines.ranking.levels import Levels

Ask: TypeAlias = Callable[[str], Any]
"""Answers a question in SQL with an Arrow table."""
FRAME_TABLES = (
    *("rankings.rules", "rankings.method", "rankings.correlations"),
    *("rankings.as_ofs", "raw.communities"),
)
"""The tables that `read_frame` reads."""
FRAME = """
select rules, (select list(m order by metric) from rankings.method as m) as metrics,
    (select list(c) from rankings.correlations as c) as correlations,
    (select list(community order by community) from raw.communities) as communities,
    (select list(as_of order by as_of) from rankings.as_ofs) as as_ofs
from rankings.rules as rules
"""
LEVELS = """
select months, level, pairs, own_dispersion as dispersion, dispersion as phi, y as log_ratio, y_error as error,
    applicable_months
from rankings.levels order by metric, community, as_of
"""
TEXT, DAY = pa.string(), pa.date32()
METRIC_FIELDS = tuple(field.name for field in fields(Metric) if field.name != "name")


@dataclass(frozen=True)
class Frame:
    """What every computation of the ranking is about: the method, and communities and editions in their order.

    `people` are the metrics that say how many people a month there are.
    """

    method: Method
    people: tuple[str, ...]
    communities: list[str]
    as_ofs: list[date]

    @property
    def shape(self) -> tuple[int, int]:
        """The shape of an array of communities and editions."""
        return len(self.communities), len(self.as_ofs)


def read_frame(ask: Ask) -> Frame:
    """Return the frozen constants as the tables of the method hold them, and who is ranked when."""
    (held,) = ask(FRAME).to_pylist()
    metrics = held["metrics"] or []
    people = tuple(row["metric"] for row in metrics if row["tells_size"])
    return Frame(_method(held, metrics), people, held["communities"] or [], held["as_ofs"] or [])


def _method(held: Mapping[str, Any], metrics: list[Mapping[str, Any]]) -> Method:
    rules = held["rules"]
    known = {(row["metric"], row["other"]): row["correlation"] for row in held["correlations"] or []}
    return Method(
        metrics=tuple(Metric(row["metric"], **{name: row[name] for name in METRIC_FIELDS}) for row in metrics),
        correlations=tuple(tuple(known[one["metric"], other["metric"]] for other in metrics) for one in metrics),
        **{field.name: rules[field.name] for field in fields(Method) if field.name in rules},
    )


def read_levels(ask: Ask, frame: Frame) -> tuple[dict[str, Levels], dict[str, NDArray[Any]]]:
    """Return the levels of each metric, and the months of each window in which it was applicable."""
    answer, shape = ask(LEVELS), (len(frame.method.metrics), *frame.shape)
    grids = {field.name: grid(answer, field.name, shape) for field in fields(Levels)}
    applicable = grid(answer, "applicable_months", shape)
    rows = {metric.name: row for row, metric in enumerate(frame.method.metrics)}
    levels = {name: Levels(**{field: array[row] for field, array in grids.items()}) for name, row in rows.items()}
    return levels, {name: applicable[row] for name, row in rows.items()}


def grid(answer: Any, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return a column as an array of this shape; NULL is NaN."""
    return answer[name].to_numpy().reshape(shape)


def column(values: NDArray[Any]) -> Any:
    """Return an array as one column, its last axis first to vary; NaN is NULL."""
    return pa.array(np.ascontiguousarray(values).ravel(), from_pandas=True)


def labels(values: Iterable[Any], axis: int, shape: tuple[int, ...], kind: Any = TEXT) -> Any:
    """Return the labels of one axis of an array of this shape, one for each of its cells, in a type of Arrow."""
    held = list(values)
    along = np.arange(len(held)).reshape([-1 if each == axis else 1 for each in range(len(shape))])
    return pa.array(held, kind).take(pa.array(np.broadcast_to(along, shape).ravel()))
