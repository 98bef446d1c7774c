"""What must be the same on every machine of a cluster: versions, our own code, and the pseudonym key."""

import platform
import socket
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

from pipelines.folders import CHECKOUT, RULES, Folders, folders
from pipelines.privacy import key_file

PACKAGES = ("stackrank", "prefect", "prefect-dask", "dask", "distributed")
ROOMS = ("pipelines", "spiders", "flows")


@dataclass(frozen=True)
class Facts:
    """One machine: its name, its data folder, its versions, the checksum of our code and rules, the id of its key."""

    machine: str
    data: str
    versions: tuple[tuple[str, str], ...]
    code: str
    key_id: str | None


def read_facts(where: Folders | None = None) -> Facts:
    """Return the facts of this process."""
    data = str((where or folders()).data)
    return Facts(socket.gethostname(), data, tuple(_versions()), _code(), key_file.present_key_id())


def _versions() -> list[tuple[str, str]]:
    python = ("python", ".".join(platform.python_version_tuple()[:2]))
    return [python, *((name, _version(name)) for name in PACKAGES)]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@cache
def _code() -> str:
    folders_of_code = (*(CHECKOUT / room for room in ROOMS), RULES)
    files = sorted(p for folder in folders_of_code for p in folder.rglob("*") if p.suffix in (".py", ".sql", ".toml"))
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]


def differences(ours: Facts, theirs: Facts) -> list[str]:
    """Return what another machine has otherwise than we, each with what to do."""
    of_us = dict(ours.versions)
    found = [
        f"{name} is {theirs_is}, here {of_us.get(name)}: install the same"
        for name, theirs_is in theirs.versions
        if theirs_is != of_us.get(name)
    ]
    if not found and ours.code != theirs.code:
        found.append(f"its stackrank has other code ({theirs.code}, here {ours.code}): install the same commit")
    if ours.key_id != theirs.key_id:
        keys = f"its pseudonym key is {theirs.key_id or 'none'}, here {ours.key_id or 'none'}"
        found.append(f"{keys}: copy the key file, or set the same STACKRANK_KEY")
    return found
