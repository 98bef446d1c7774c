"""Tell a person what a nightly run brought, by a command or a webhook in STACKRANK_NOTIFY: each thing once.

What was said lies in `nights/said.json`. It is said again when it was over and came back. What could not be sent is
said by the next run. No message has a word of a server, a name or an address in it.
"""

import json
import os
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from flows.contact import LOOPBACK
from flows.status import Status, read_status
from pipelines.files import FORMAT, replace_synced
from pipelines.folders import Folders, read_demo_marker
from pipelines.model import Source
from pipelines.warehouse.query import NoDatabaseError, ask

NOTIFY = "STACKRANK_NOTIFY"
SILENT = timedelta(days=7)
"""A source is silent for long where no unit of it was fetched for so long."""
SECONDS = 30
PLACES = """
select r.family, c.name as community, r.rank_low, r.rank_high
from rankings.monthly r join raw.build b on r.as_of = b.last_complete_month join raw.communities c using (community)
where r.rank is not null
"""
Places = dict[str, tuple[int, int]]


class NotSentError(Exception):
    """A message could not be sent; the text says why, and never where to."""


@dataclass
class Said:
    """What has been said: conditions that still hold, and the places that were the last ones to be said."""

    conditions: set[str] = field(default_factory=set)
    places: Places = field(default_factory=dict)


def find_mistake(environ: Mapping[str, str] = os.environ) -> str | None:
    """Say what is wrong with STACKRANK_NOTIFY; None where nothing is, or it is not set."""
    target = environ.get(NOTIFY, "")
    parts = urlsplit(target)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return None
    if parts.scheme == "http":
        return f"{NOTIFY} is an http url; a webhook on another machine needs https"
    try:
        return None if not target or shlex.split(target) else f"{NOTIFY} is empty"
    except ValueError:
        return f"{NOTIFY} is neither a url nor a command: a quotation mark is not closed"


def conditions_of(exit_status: int, status: Status, now: datetime) -> dict[str, str]:
    """Return what holds after a nightly run and a person should know, by a name that stays the same while it holds."""
    found = {}
    if exit_status == 4:
        found["failed"] = "the nightly run failed: nothing was published; what failed, and why: stackrank status"
    for source in status.sources:
        tried = min((visit.seen_at for visit in source.latest.values()), default=now)
        since = source.last_good or tried
        if now - since > SILENT:
            said = (
                f"last fetched {since:%Y-%m-%d}" if source.last_good else f"asked since {since:%Y-%m-%d}, never fetched"
            )
            found[f"silent {source.source.id}"] = f"{source.source.id} is silent: {said}"
    return found


def read_places(where: Folders) -> Places:
    """Return the places of the newest ranking, lowest and highest, by family and community."""
    try:
        rows = ask(where.database, PLACES).to_pylist()
    except NoDatabaseError:
        return {}
    return {f"{row['family']} {row['community']}": (row["rank_low"], row["rank_high"]) for row in rows}


def changes_of(before: Places, now: Places) -> dict[str, str]:
    """Return what changed beyond noise: the places that the counts allow have none in common with those said last."""
    shared = before.keys() & now.keys()
    apart = sorted(name for name in shared if now[name][0] > before[name][1] or now[name][1] < before[name][0])
    return {name: f"{name}: place {_place(now[name])}, before {_place(before[name])}" for name in apart}


def _place(places: tuple[int, int]) -> str:
    low, high = places
    return str(low) if low == high else f"{low} to {high}"


def notify(where: Folders, conditions: Mapping[str, str], places: Places, send: Callable[[str], None]) -> list[str]:
    """Send what is new, in one message; return its lines. Raises NotSentError; then the next run says it all."""
    said = read_said(where)
    changes = changes_of(said.places, places)
    lines = [*(text for name, text in conditions.items() if name not in said.conditions), *changes.values()]
    if lines:
        send("\n".join(["stackrank", *lines]))
    kept = {name: held for name, held in said.places.items() if name in places and name not in changes}
    _write_said(where, Said(set(conditions), (places | kept) if places else said.places))
    return lines


def said_file(where: Folders) -> Path:
    """Return the file of what has been said."""
    return where.nights / "said.json"


def read_said(where: Folders) -> Said:
    """Return what has been said; nothing where the file is not there or cannot be read."""
    try:
        facts: dict[str, Any] = json.loads(said_file(where).read_bytes())
        places = {str(name): (int(low), int(high)) for name, (low, high) in facts["places"].items()}
        return Said(set(map(str, facts["conditions"])), places)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Said()


def _write_said(where: Folders, said: Said) -> None:
    path = said_file(where)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    facts = {"format": FORMAT, "conditions": sorted(said.conditions), "places": said.places}
    draft.write_text(json.dumps(facts) + "\n")
    replace_synced(draft, path)


def after_night(where: Folders, sources: Sequence[Source], exit_status: int, log: Callable[[str], None]) -> None:
    """Notify of what a nightly run showed, where STACKRANK_NOTIFY is set and the data are real."""
    target = os.environ.get(NOTIFY)
    if not target or read_demo_marker(where):
        return
    if mistake := find_mistake():
        log(f"not notified: {mistake}")
        return
    conditions = conditions_of(exit_status, read_status(where, sources), datetime.now(UTC))
    try:
        lines = notify(where, conditions, read_places(where), send_to(target))
    except NotSentError as error:
        log(f"not notified: {error}; the next run tries again")
    else:
        for line in lines:
            log(f"notified: {line}")


def send_to(target: str) -> Callable[[str], None]:
    """Return what sends a message: a POST of JSON to a url, else a command that reads it from standard input."""
    return lambda text: _post(target, text) if "://" in target.split(" ")[0] else _run(target, text)


def _run(command: str, text: str) -> None:
    try:
        done = subprocess.run(shlex.split(command), input=f"{text}\n", text=True, timeout=SECONDS, check=False)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise NotSentError(f"the command of {NOTIFY}: {type(error).__name__}") from None
    if done.returncode:
        raise NotSentError(f"the command of {NOTIFY} ended with {done.returncode}")


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow no redirect: the secret of a webhook is in its address."""


def _post(url: str, text: str) -> None:
    body = json.dumps({"text": text}).encode()
    request = Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  (https, or this machine)
    try:
        build_opener(_NoRedirects).open(request, timeout=SECONDS).close()
    except (OSError, ValueError) as error:
        raise NotSentError(f"the webhook of {NOTIFY}: {type(error).__name__}") from None
