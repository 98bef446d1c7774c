"""What one question of a page may take. `stackrank sql` has limits of its own."""

from dataclasses import dataclass

LONGEST_QUESTION = 20_000
AT_ONCE, WAITING = 2, 8
"""So many questions are answered at once, and so many wait."""


@dataclass(frozen=True)
class Allowance:
    """What a question may take; tests allow less.

    A process that answers is ended after `patience` seconds, also where DuckDB does not stop. `room` are bytes of
    addresses, most of which are code, threads and files. An answer has at most so many rows and letters.
    """

    seconds: float = 10.0
    memory: str = "500MB"
    patience: float = 13.0
    room: int = 4_000_000_000
    rows: int = 10_000
    letters: int = 4_000_000
