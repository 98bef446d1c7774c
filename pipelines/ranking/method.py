"""Reads method.toml: everything frozen about the ranking, and its checksum."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

METHOD_FILE = Path(__file__).with_name("method.toml")


@dataclass(frozen=True)
class Method:
    """One version of the method: rules, families, metrics with weight, offset, reference, and checksum."""

    version: str
    sha256: str
    rules: dict[str, Any]
    families: list[dict[str, Any]]
    metrics: list[dict[str, Any]]

    def last_complete_month(self, today: date) -> date:
        """Return the first day of the newest month that was over long enough on `today`."""
        closed = today - timedelta(days=self.rules["days_to_close"])
        return (closed.replace(day=1) - timedelta(days=1)).replace(day=1)


def load(path: Path = METHOD_FILE) -> Method:
    """Read a method; a metric's `family_weight` is its weight scaled to 1 within its family."""
    text = path.read_bytes()
    frozen = tomllib.loads(text.decode())
    families = [{"family": name, **facts} for name, facts in frozen.pop("families").items()]
    metrics = [{"metric": name, **facts} for name, facts in frozen.pop("metrics").items()]
    for metric in metrics:
        family = [m["weight"] for m in metrics if m["family"] == metric["family"]]
        metric["family_weight"] = metric["weight"] / sum(family)
    return Method(frozen.pop("version"), sha256(text).hexdigest(), frozen, families, metrics)
