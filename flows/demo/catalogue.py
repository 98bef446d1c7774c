"""The community files of a demo: the real ones with their addresses turned to loopback."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flows.demo import lists
from flows.demo.places import git, place, served
from pipelines.catalogue import count_pages
from pipelines.catalogue.load import community_files
from pipelines.catalogue.urls import ARCHIVES, CAPTURED, CAPTURES, CHANNELS, FORUM
from pipelines.model import BY_HAND, UNREADABLE, Source

TABLES = ("release_dates", "facts", "sources")
NOT_SERVED = {"kind": UNREADABLE, "evidence": "The demo serves copies of repositories alone."}
"""What a list or a forum is where no mail is served: without it nobody would know that talk was not seen."""
ONLY_OF_ARCHIVES = ("urls", "captures")


def write_communities(
    communities: Path, folder: Path, base_url: str, *, snapshot: bool, only: Iterable[Source] = ()
) -> None:
    """Write each community file of `communities` into the new `folder`, pointing at `base_url`.

    A source that the demo's server does not have is switched off, so that the demo never visits the
    network. `snapshot` says that only frozen copies of repositories are served; lists and forums cannot be
    read there. The sources in `only` are limited to their months and copies.
    """
    known = {source.id: source for source in only}
    folder.mkdir(parents=True)
    for file in community_files(communities):
        facts = tomllib.loads(file.read_text(encoding="utf-8"))
        facts["sources"] = [
            _narrow(_turn(source, base_url, snapshot), known.get(f"{file.stem}/{source['name']}"), known)
            for source in facts["sources"]
        ]
        (folder / file.name).write_text(_toml(facts), encoding="utf-8")


def newest_commit(root: Path) -> date:
    """Return the UTC day of the newest committer date at any HEAD below `root`.

    Raises ValueError if nothing below `root` has a commit.
    """
    newest = ("rev-list", "--max-count=1", "--timestamp", "--ignore-missing", "HEAD")
    lines = [line for bare in served(root).values() for line in git(bare, *newest).splitlines()]
    if not lines:
        raise ValueError(f"no repository below {root} has a commit")
    return datetime.fromtimestamp(max(int(line.split()[0]) for line in lines), UTC).date()


def _turn(source: dict[str, Any], base_url: str, snapshot: bool) -> dict[str, Any]:
    mail = (*ARCHIVES, CAPTURED, FORUM, *BY_HAND)
    kinds = {"git", "series_status", *mail, *count_pages.KINDS, UNREADABLE}
    unserved = source.get("urls_from") or source.get("replay_only") or not source.get("enabled", True)
    if source["kind"] not in kinds or unserved:
        return source | {"enabled": False}
    if snapshot and source["kind"] in CHANNELS:
        return {key: value for key, value in source.items() if key not in ONLY_OF_ARCHIVES} | NOT_SERVED
    if snapshot and source["kind"] != "git":
        return source | {"enabled": False}
    if source["kind"] == "series_status":
        return source | {"urls": [f"{base_url}/{place(url)}" for url in source["urls"]]}
    if source["kind"] in (*ARCHIVES, FORUM, *count_pages.KINDS):
        return source | {"urls": [f"{base_url}{lists.place(url)}" for url in source["urls"]]}
    if source["kind"] == CAPTURED:
        return source | {"captures": f"{base_url}{lists.place(source.get('captures', CAPTURES))}"}
    if source["kind"] in (UNREADABLE, *BY_HAND):
        return source
    turned = {"urls": [f"git+{base_url}/{place(url)}" for url in source["urls"]]}
    return source | turned | ({"snapshot": True} if snapshot else {})


def _narrow(source: dict[str, Any], to: Source | None, known: Mapping[str, Source]) -> dict[str, Any]:
    """Return a source with the months of the demo; a list is continued only by one that begins later."""
    if to is not None:
        served = to.enabled and source.get("enabled", True)
        source |= {"since": to.since, "enabled": served} | ({"snapshot": True} if to.snapshot else {})
        source |= {"until": to.until} if to.until else {}
    if source["kind"] not in CHANNELS:
        return source
    earlier, later = (known.get(source.get(key, "")) for key in ("continues", "continued_by"))
    here = to.since if to and to.enabled else None
    kept = {
        "continues": here and earlier and earlier.enabled and earlier.since < here,
        "continued_by": here and later and later.enabled and later.since > here,
    }
    return {key: value for key, value in source.items() if kept.get(key, True)}


def _toml(facts: dict[str, Any]) -> str:
    """Return a community file; raises TypeError for a value that none of them has."""
    lines = [f"{key} = {_value(value)}" for key, value in facts.items() if key not in TABLES]
    for name in TABLES:
        for block in facts.get(name, ()):
            lines += ["", f"[[{name}]]", *(f"{key} = {_value(value)}" for key, value in block.items())]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | bool | int | float):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    raise TypeError(f"a community file has no values like {value!r}")
