"""What doctor says of one thing that it checked."""

from collections.abc import Sequence
from dataclasses import dataclass

OK, NOTE, BAD = "ok", "note", "BAD"
MAX_NAMES = 5


@dataclass(frozen=True)
class Finding:
    """What was checked, its state (ok, note, BAD), what was found and how to fix it."""

    state: str
    subject: str
    text: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.state:4}  {self.subject}: {' '.join(self.text.split())}"


def shorten_list(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more
