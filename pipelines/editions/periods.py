"""What an edition is of: twelve months, named by the last one, or a calendar quarter beside them."""

import re
from dataclasses import dataclass
from datetime import date

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
QUARTER = re.compile(r"CY(\d\d)-Q([1-4])")


@dataclass(frozen=True, order=True)
class Period:
    """Twelve months or a calendar quarter; `month` is the first day of the last month."""

    month: date
    is_quarter: bool = False

    @property
    def name(self) -> str:
        """The name by which an edition of it is cited: 2026-09, or CY26-Q3 as the old series named quarters."""
        return f"CY{self.month:%y}-Q{self.month.month // 3}" if self.is_quarter else f"{self.month:%Y-%m}"


def parse_period(name: str) -> Period:
    """Return the period of a name; raises ValueError for anything else."""
    if found := QUARTER.fullmatch(name):
        return Period(date(2000 + int(found[1]), 3 * int(found[2]), 1), is_quarter=True)
    if (found := MONTH.fullmatch(name)) and found[1] != "0000":
        return Period(date(int(found[1]), int(found[2]), 1))
    raise ValueError(f"{name} names no month and no quarter")
