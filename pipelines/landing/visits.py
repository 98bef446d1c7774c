"""Read and write visits and plans."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.model import Plan, Verdict, Visit


def save_plan(visits: Path, plan: Plan) -> None:
    """Write the plan of a run beside the visits of its source, in place of the earlier one."""
    path = visits / plan.community / plan.source / "plan.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(".plan.json")
    draft.write_text(json.dumps(asdict(plan) | {"made_at": plan.made_at.isoformat()}))
    draft.replace(path)


def read_plans(visits: Path) -> Iterator[Plan]:
    """Yield the latest plan of each source that has one."""
    for path in sorted(visits.glob("*/*/plan.json")):
        facts: dict[str, Any] = json.loads(path.read_text())
        facts["deferred"] = tuple(facts.pop("left", None) or facts.get("deferred", ()))  # older plans say `left`
        made_at, units = datetime.fromisoformat(facts["made_at"]), tuple(facts["units"])
        yield Plan(**facts | {"made_at": made_at, "units": units})


def log_visit(visits: Path, visit: Visit) -> None:
    """Append a visit to the month's file of its source, whole or not at all."""
    path = visits / visit.community / visit.source / f"{visit.seen_at:%Y-%m}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644), "rb+") as file:
        torn = file.seek(0, os.SEEK_END) and not _ends_line(file.fileno())
        os.write(file.fileno(), (b"\n" if torn else b"") + visit_to_json(visit).encode() + b"\n")
        os.fsync(file.fileno())


def _ends_line(descriptor: int) -> bool:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1) == b"\n"


def read_visits(visits: Path, since: datetime | None = None) -> Iterator[Visit]:
    """Yield every visit, or those from `since` on, in the order of their files."""
    first = f"{since:%Y-%m}.jsonl" if since else ""
    paths = (path for path in sorted(visits.rglob("*.jsonl")) if path.name >= first)
    found = (visit for path in paths for visit in parse_visits(path.read_bytes()))
    return (visit for visit in found if since is None or visit.seen_at >= since)


def parse_visits(lines: bytes) -> Iterator[Visit]:
    """Yield the visits in lines of a file of visits; a line torn by a crash is skipped."""
    return (visit_from_json(line) for line in lines.splitlines() if line.endswith(b"}"))


def visit_to_json(visit: Visit) -> str:
    """Return a visit as one line of JSON."""
    return json.dumps(asdict(visit) | {"seen_at": visit.seen_at.isoformat()})


def visit_from_json(line: bytes) -> Visit:
    """Read what `visit_to_json` wrote."""
    facts: dict[str, Any] = json.loads(line)
    moment = datetime.fromisoformat(facts["seen_at"])
    return Visit(**facts | {"seen_at": moment, "verdict": Verdict(facts["verdict"])})
