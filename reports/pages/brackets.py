"""Lays out the brackets of a ranking's table: runs of neighbouring rows in which no pair is firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Run:
    """A bracket: the row at which it begins, how many rows it joins, and the names in it."""

    first: int
    rows: int
    names: tuple[str, ...]

    @property
    def end(self) -> int:
        """The row after its last one."""
        return self.first + self.rows


def find_runs(rows: Sequence[Mapping[str, Any]]) -> list[Run]:
    """Return the brackets of a ranking from `rank` and `level_until` of its rows, which stand in their order.

    A run that lies within the one before it is no bracket. Runs may overlap. One that goes on below the last row ends
    with it.
    """
    runs: list[Run] = []
    reached = 0
    ranked = [row for row in rows if row["rank"] is not None]
    for first, row in enumerate(ranked):
        number = min((row["level_until"] or row["rank"]) - row["rank"] + 1, len(ranked) - first)
        if number > 1 and first + number > reached:
            runs.append(Run(first, number, tuple(each["name"] for each in ranked[first : first + number])))
        reached = max(reached, first + number)
    return runs


def lay_out(runs: Sequence[Run], rows: int) -> list[list[str]]:
    """Return for every row what stands in each column of brackets: first, inside or last of a run, or nothing.

    Brackets that overlap stand in columns of their own.
    """
    columns: list[list[str]] = []
    for run in runs:
        column = next((each for each in columns if not any(each[run.first : run.end])), None)
        if column is None:
            column = [""] * rows
            columns.append(column)
        column[run.first : run.end] = ["first", *["inside"] * (run.rows - 2), "last"]
    return [[column[row] for column in columns] for row in range(rows)]
