"""Read and write visits and plans."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import datetime
from functools import lru_cache
from heapq import merge
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from sys import intern
from typing import Any

from pipelines.files import (
    FORMAT,
    UnusableError,
    append_synced,
    check_is_file,
    file_state,
    read_file,
    read_moment,
    read_object,
    replace_synced,
)
from pipelines.foreign_text import printable
from pipelines.landing.visit_files import PLAN, last_month, month_file, months_of, plan_files, visit_files
from pipelines.model import Plan, Source, Verdict, Visit

TEXTS = ("community", "source", "kind", "unit", "url", "verdict", "reason", "note", "reason_code", "run")
TEXTS_OR_NONE = ("checksum", "reader", "key_id", "etag", "last_modified")
NEEDED = TEXTS[:6]
REPEATED = ("community", "source", "kind", "unit", "url", "checksum", "reader", "key_id", "run")
"""Texts that many visits share. Each of them is in memory once."""
NOTE = "our_note"
"""The name of a note in files. Earlier versions wrote `note`, which may repeat a server's words: it is not read."""
FIELDS = tuple(field.name for field in fields(Visit))
VERDICTS = {name: Verdict(name) for name in (*Verdict, "partial")}
TYPES: dict[str, Any] = {
    **dict.fromkeys(TEXTS, str),
    **dict.fromkeys(TEXTS_OR_NONE, str | None),
    "observations": int | None,
    "seconds": float | int | None,
}
_whole: dict[Path, tuple[int, ...]] = {}
"""The files of which this process could use every line, each with its state then."""


def save_plan(visits: Path, plan: Plan) -> None:
    """Write the plan of a run beside the visits of its source, in place of the earlier one."""
    path = visits / plan.community / plan.source / PLAN
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(".plan.json")
    draft.write_text(json.dumps({"format": FORMAT} | asdict(plan) | {"made_at": plan.made_at.isoformat()}))
    replace_synced(draft, path)


def read_plans(visits: Path, sources: Iterable[Source] | None = None) -> Iterator[Plan]:
    """Yield the latest plan of each source (of `sources`, if given) that has one; what cannot be used is left out."""
    named = (visits / source.community / source.name / PLAN for source in sources or ())
    for path in plan_files(visits) if sources is None else filter(Path.exists, named):
        try:
            yield read_plan(path)
        except UnusableError:
            continue


def read_plan(path: Path) -> Plan:
    """Return the plan in a file, of this version or an earlier one, which said `left`; raises UnusableError."""
    facts = read_object(read_file(path) or b"")
    if _owner(facts) != _folder(path):
        raise UnusableError("it is the plan of another source")
    texts = {name: str(facts.get(name, "")) for name in ("community", "source", "reason", "run")}
    units, deferred = _texts(facts.get("units")), _texts(facts.get("left") or facts.get("deferred", []))
    return Plan(made_at=read_moment(facts.get("made_at")), units=units, deferred=deferred, **texts)


def _texts(found: Any) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise UnusableError("its list of units cannot be read")
    return tuple(found)


def log_visit(visits: Path, visit: Visit) -> None:
    """Append a visit to the month's file of its source, whole or not at all."""
    path = month_file(visits / visit.community / visit.source, visit.seen_at)
    path.parent.mkdir(parents=True, exist_ok=True)
    append_synced(path, visit_to_json(visit).encode())


def read_visits(visits: Path, since: datetime | None = None) -> Iterator[Visit]:
    """Yield every visit, or those from `since` on, source by source; unusable lines are left out."""
    first = f"{since:%Y-%m}" if since else ""
    paths = (path for path in visit_files(visits) if last_month(path) >= first)
    found = _in_order(paths, _usable)
    return found if since is None else (visit for visit in found if visit.seen_at >= since)


def _usable(path: Path) -> Iterator[Visit]:
    """Yield the visits in a file, and note at its end whether all its lines can be used."""
    is_empty, is_damaged = True, False
    with suppress(OSError, UnusableError):
        before = file_state(path)
        for found in _read_lines(path):
            is_empty = False
            if isinstance(found, Visit):
                yield found
            else:
                is_damaged = True
        if not is_empty and not is_damaged:
            _whole[path] = before


def is_whole(path: Path) -> bool:
    """Tell whether a file of visits has lines and all can be used.

    A file that this process has read whole is not read again while it is as it was.
    """
    with suppress(OSError):
        if _whole.get(path) != (state := file_state(path)):
            deque(_usable(path), maxlen=0)
        return _whole.get(path) == state
    return False


def _in_order(paths: Iterable[Path], read: Callable[[Path], Iterable[Visit]]) -> Iterator[Visit]:
    """Yield the visits in files; those of one source and month that several machines wrote come by their time."""
    for _, same in groupby(paths, key=lambda path: (path.parent, months_of(path))):
        yield from merge(*map(read, same), key=attrgetter("seen_at"))


def read_run(visits: Path, run: str, sources: Iterable[Source] | None = None) -> Iterator[Visit]:
    """Yield the visits of a run (to `sources`, if given), in the order in which they were logged for each source."""
    folders = [visits] if sources is None else [visits / s.community / s.name for s in sources]
    paths = (path for folder in folders for path in visit_files(folder))
    return _in_order(paths, lambda path: _of_run(path, run))


def _of_run(path: Path, run: str) -> Iterator[Visit]:
    mark = run.encode()
    with suppress(OSError, UnusableError):
        lines = b"\n".join(line for line in _lines(path) if mark in line)
        yield from (visit for visit in parse_visits(lines) if visit.run == run)


def latest_run(visits: Path) -> str:
    """Return the id of the run that visited something last; empty where there was none, or an earlier version's."""
    latest = max(read_visits(visits), key=lambda visit: visit.seen_at, default=None)
    return latest.run if latest else ""


def _read_lines(path: Path) -> Iterator[Visit | UnusableError]:
    """Yield for each line of a file its visit, or why it cannot be used.

    Raises OSError and UnusableError where the file cannot be read.
    """
    of = _folder(path)
    for line in _lines(path):
        try:
            yield _read_logged(line, of)
        except UnusableError as unusable:
            yield unusable


def read_logged(line: bytes, path: Path) -> Visit:
    """Return the visit in a line of a file of visits; raises UnusableError, also for one of another source."""
    return _read_logged(line, _folder(path))


def _read_logged(line: bytes, of: tuple[str, str]) -> Visit:
    visit = visit_from_json(line)
    if (visit.community, visit.source) != of:
        raise UnusableError("it is a visit of another source")
    return visit


def parse_visits(lines: bytes) -> Iterator[Visit]:
    """Yield the visits in lines of a file of visits; unusable lines are left out."""
    for line in lines.splitlines():
        try:
            yield visit_from_json(line)
        except UnusableError:
            continue


def visit_to_json(visit: Visit) -> str:
    """Return a visit as one line of JSON; what a server wrote in it is printable."""
    said = {"reason": printable(visit.reason), NOTE: printable(visit.note), "seen_at": visit.seen_at.isoformat()}
    facts = {name: value for name, value in vars(visit).items() if name != "note"}
    return json.dumps({"format": FORMAT} | facts | said)


def visit_from_json(line: bytes) -> Visit:
    """Read what `visit_to_json` wrote, of this version or another; raises UnusableError."""
    facts = read_object(line)
    facts["note"] = facts.get(NOTE, "")
    known = {name: facts[name] for name in FIELDS if name in facts}
    if wrong := _wrong_field(tuple(known), tuple(map(type, known.values()))):
        raise UnusableError(f"it is no visit that can be read: {wrong}")
    if known["verdict"] not in VERDICTS:
        raise UnusableError(f"its verdict is not known: {known['verdict']!r:.40}")
    known |= {name: intern(known[name]) for name in REPEATED if known.get(name)}
    known["verdict"] = VERDICTS[known["verdict"]]
    known["seen_at"] = read_moment(facts.get("seen_at"))
    return Visit(**known)


@lru_cache(maxsize=1 << 10)
def _wrong_field(names: tuple[str, ...], types: tuple[type, ...]) -> str | None:
    """Return the first field of a visit that has a value of a wrong type, or is missing."""
    wrong = (name for name, found in zip(names, types, strict=True) if not issubclass(found, TYPES.get(name, object)))
    return next(wrong, None) or next((name for name in NEEDED if name not in names), None)


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file; raises OSError and UnusableError where it cannot be read."""
    check_is_file(path)
    with path.open("rb") as file:
        for text in file:
            yield from (line for line in text.splitlines() if line.strip())


def _folder(path: Path) -> tuple[str, str]:
    return path.parent.parent.name, path.parent.name


def _owner(facts: dict[str, Any]) -> tuple[object, object]:
    return facts.get("community"), facts.get("source")
