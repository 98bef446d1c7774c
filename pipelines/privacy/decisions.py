"""Read and write what people decided about identities: wrong merges, and persons who asked to be left out.

Everything else about who is one person follows from pipelines/tables/core/links.sql.
"""

import json
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.catalogue.toml_files import WrongFileError, read_toml
from pipelines.files import FORMAT, UnusableError, append_synced, read_file, read_object, replace_synced
from pipelines.folders import Folders
from pipelines.privacy.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from pipelines.privacy.models import NeverMergeBlock

OPTED_OUT, ROTATED = "opted-out.jsonl", "rotated-keys.jsonl"
FORMER_NAMES = {OPTED_OUT: "withheld.jsonl", ROTATED: "retired-keys.jsonl"}
"""Under which names earlier versions wrote these files; whoever stands there stays opted out."""

NEEDED = {OPTED_OUT: ("key", "address_key", "since"), ROTATED: ("key", "since")}
RESTORE = "restore the file from your backup; without the line somebody who opted out would come back"


@dataclass(frozen=True)
class NeverMerge:
    """One `[[never]]` block: what must not merge, by fingerprints that hold under the key named `key` alone.

    `evidence` merges nobody any more; or what the accounts `one` and `other` share does not.
    """

    community: str
    key: str
    evidence: str | None
    one: str | None
    other: str | None
    why: str
    decided: date


@dataclass(frozen=True)
class OptOut:
    """One address, as a fingerprint under a key, whose person is left out everywhere since a day.

    `person` is a random id: under it the person is counted. `accounts` are those that were merged on that day.
    """

    key: str
    address_key: str
    since: date
    person: str
    accounts: tuple[str, ...] = ()


def never_merge_file(where: Folders) -> Path:
    """Return where the wrong merges stand; it lies beside the community files."""
    return where.communities.parent / "never-merge.toml"


def never_merge(where: Folders, communities: Collection[str]) -> list[NeverMerge]:
    """Return the merges that a person has declared wrong; raises WrongFileError."""
    from pipelines.privacy.models import NeverMergeFile

    path = never_merge_file(where)
    blocks = read_toml(path, NeverMergeFile).never if path.exists() else ()
    wrong = [(n, block.community) for n, block in enumerate(blocks) if block.community not in communities]
    if wrong:
        raise WrongFileError(
            *(f"{path.name}: never[{n}].community: no such community: {slug!r:.80}" for n, slug in wrong)
        )
    return [_never_merge(block) for block in blocks]


def _never_merge(block: "NeverMergeBlock") -> NeverMerge:
    one, other = block.accounts or (None, None)
    return NeverMerge(block.community, block.key, block.evidence, one, other, block.why, block.decided)


def opt_out_file(where: Folders) -> Path:
    """Return where the persons stand who asked to be left out; who backs up the key backs up this."""
    return where.data / OPTED_OUT


def opted_out(where: Folders) -> list[OptOut]:
    """Return who asked to be left out (opted out); lines of an earlier version get their ids by `give_ids` first.

    Raises WrongFileError for a line that cannot be read: nothing is published without it.
    """
    found = (
        OptOut(line["key"], line["address_key"], date.fromisoformat(line["since"]), line.get("person", ""),
               tuple(line.get("accounts", ())))
        for line in _lines(where, OPTED_OUT)
    )  # fmt: skip
    return list(dict.fromkeys(found))


def give_ids(where: Folders) -> None:
    """Give each opt-out of an earlier version a random id of its own, and keep it: two people stay two."""
    lines = list(_lines(where, OPTED_OUT))
    if all("person" in line for line in lines):
        return
    path = opt_out_file(where)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    for line in {(line["key"], line["address_key"], line.get("person")): line for line in lines}.values():
        _append(draft, {"person": _new_id()} | line)
    replace_synced(draft, path)
    (where.data / FORMER_NAMES[OPTED_OUT]).unlink(missing_ok=True)


def people_left_out(where: Folders) -> dict[str, int]:
    """Return how many people are left out under each key."""
    people: dict[str, set[str]] = {}
    for one in opted_out(where):
        people.setdefault(one.key, set()).add(one.person or one.address_key)
    return {key: len(ids) for key, ids in people.items()}


FindPeople = Callable[[str], Sequence[Collection[str]]]
"""Returns the accounts of each person who uses an address, by its fingerprint."""


def forget(
    where: Folders, address: str, pseudonyms: Pseudonyms, today: date, find_people: FindPeople = lambda _: ()
) -> bool:
    """Leave the people of an address out from now on, by its fingerprint; False if that is so already.

    Each of them gets a random id for the accounts that are merged now; somebody of whom nothing is known gets one too.
    Raises ValueError for what is no address.
    """
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address.strip()):
        raise ValueError("this is not an address of the form user@host. Nothing was changed.")
    fingerprint = pseudonyms.of(b"", address.encode()).address_key
    assert fingerprint
    known = [one for one in opted_out(where) if one.key == pseudonyms.key_id]
    if fingerprint in {one.address_key for one in known}:
        return False
    ids = {account: one.person for one in known for account in one.accounts}
    for accounts in join_overlapping(find_people(fingerprint)) or [set()]:
        line = {"key": pseudonyms.key_id, "address_key": fingerprint, "since": today.isoformat()}
        person = next((ids[account] for account in accounts if account in ids), None) or _new_id()
        _append(opt_out_file(where), line | {"person": person, "accounts": sorted(accounts)})
    return True


def join_overlapping(groups: Sequence[Collection[str]]) -> list[set[str]]:
    """Return groups without common members: those that share one are one, as a person in two communities is."""
    joined: list[set[str]] = []
    for group in map(set, groups):
        apart = [other for other in joined if not other & group]
        joined = [*apart, group.union(*(other for other in joined if other & group))]
    return joined


def _new_id() -> str:
    return f"opted_out_{secrets.token_hex(8)}"


def record_key_rotation(where: Folders, key_id: str, today: date) -> None:
    """Record that a pseudonym key was rotated: what is held under it is left out until it has been read again."""
    _append(where.data / ROTATED, {"key": key_id, "since": today.isoformat()})


def rotated_keys(where: Folders) -> list[tuple[str, date]]:
    """Return which keys were rotated, and when."""
    found = ((facts["key"], date.fromisoformat(facts["since"])) for facts in _lines(where, ROTATED))
    return list(dict.fromkeys(found))


def _lines(where: Folders, name: str) -> Iterator[dict[str, Any]]:
    """Yield what stands in a file of decisions, first what an earlier version wrote under its former name.

    A line about a key that cannot be read is left out. One about a person must not be: raises WrongFileError.
    """
    for path in (where.data / FORMER_NAMES[name], where.data / name):
        for number, line in enumerate(_content(path, name).splitlines(), 1):
            try:
                yield _decision(line, NEEDED[name])
            except UnusableError as unusable:
                if name == OPTED_OUT:
                    raise WrongFileError(f"{path}: line {number}: {unusable}; {RESTORE}") from None


def _content(path: Path, name: str) -> bytes:
    """Return what is in a file of decisions; one about persons that is empty was not written by us."""
    try:
        content = read_file(path)
        reason = "it is empty" if content is not None and not content.strip() else ""
    except UnusableError as unusable:
        content, reason = b"", str(unusable)
    if reason and name == OPTED_OUT:
        raise WrongFileError(f"{path}: {reason}; {RESTORE}")
    return content or b""


def read_rotated(line: bytes) -> dict[str, Any]:
    """Return what a line of a file of rotated keys says; raises UnusableError."""
    return _decision(line, NEEDED[ROTATED])


def _decision(line: bytes, needed: Sequence[str]) -> dict[str, Any]:
    facts = read_object(line)
    if not all(isinstance(facts.get(name), str) for name in needed) or not _is_day(facts["since"]):
        raise UnusableError("it is cut off or damaged")
    return facts


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _append(path: Path, facts: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    append_synced(path, json.dumps({"format": FORMAT} | facts).encode(), 0o600)
