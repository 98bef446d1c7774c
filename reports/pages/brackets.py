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

    A run that lies within the one before it is no bracket. Runs may overlap.
    """
    runs: list[Run] = []
    reached = 0
    ranked = [row for row in rows if row["rank"] is not None]
    for first, row in enumerate(ranked):
        number = (row["level_until"] or row["rank"]) - row["rank"] + 1
        if number > 1 and first + number > reached:
            runs.append(Run(first, number, tuple(each["name"] for each in ranked[first : first + number])))
        reached = max(reached, first + number)
    return runs


def lay_out(rows: Sequence[Mapping[str, Any]]) -> list[list[Run | str]]:
    """Return for every row the cells of the columns of brackets: a run that begins there, or an empty text.

    Brackets that overlap stand in columns of their own. A row has no cell where a run from above covers it.
    """
    ends: list[int] = []
    columns: dict[tuple[int, int], Run] = {}
    for run in find_runs(rows):
        column = next((column for column, end in enumerate(ends) if end <= run.first), len(ends))
        ends[column : column + 1] = [run.end]
        columns[run.first, column] = run
    covered = {(row, column) for (first, column), run in columns.items() for row in range(first + 1, run.end)}
    return [
        [columns.get((row, column), "") for column in range(len(ends)) if (row, column) not in covered]
        for row in range(len(rows))
    ]
