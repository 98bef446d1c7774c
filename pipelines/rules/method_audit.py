"""Reads how the method did when halves of windows were held against each other, from data/rules/method-audit.csv."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.folders import RULES

AUDIT_FILE = RULES / "method-audit.csv"


@dataclass(frozen=True)
class Audit:
    """What `stackrank calibrate` found of one ranking: in how many windows the two halves agree, as a share.

    `agree` and `rms`, the root mean square of the differences in standard errors, are None without a window.
    """

    version: str
    measured: date
    ranking: str
    windows: int
    agree: float | None
    rms: float | None
    verdict: str


def load(path: Path = AUDIT_FILE) -> list[Audit]:
    """Return the audits in the order of the file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(_audits(csv.DictReader(file)))


def _audits(rows: "csv.DictReader[str]") -> Iterator[Audit]:
    for row in rows:
        yield Audit(
            row["version"], date.fromisoformat(row["measured"]), row["ranking"], int(row["windows"]),
            _share(row["agree"]), _share(row["rms"]), row["verdict"],
        )  # fmt: skip


def _share(text: str) -> float | None:
    return float(text) if text else None
