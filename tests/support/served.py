"""Histories that the demo invents and serves: sources, and git as a client and as a witness."""

import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from flows.demo import places
from pipelines.model import Source

TODAY = date(2026, 3, 18)
ONE = "forge.example.org/birds/one"


def source(*urls: str, **facts: Any) -> Source:
    known: dict[str, Any] = {"kind": "git", "since": date(2025, 10, 1), "why": ""}
    return Source("birds", "core", urls=urls, **known | facts)


def git(*arguments: str | Path, check: bool = True) -> str:
    command = ["git", *map(str, arguments)]
    finished = subprocess.run(command, env=places.environment(), capture_output=True, text=True, check=check)
    return finished.stdout if check else finished.stdout + finished.stderr


def history(bare: Path) -> list[str]:
    return git("-C", bare, "log", "--no-mailmap", "--format=%H", "HEAD").split()
