"""What a worker sees, asked by `cluster-check`; these functions run there."""

import os
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import urlopen

from flows.cluster.facts import Facts, read_facts
from pipelines.folders import folders
from pipelines.landing.store import STORE, StoreError, open_store

SECONDS = 10


@dataclass(frozen=True)
class Seen:
    """One worker: its facts, its contact, and why it cannot use the store or Prefect's server; empty where it can."""

    facts: Facts
    contact: str
    store: str
    prefect: str


def look_from_worker(key: str, content: bytes, prefect: str) -> Seen:
    """Return what this worker sees of an object in the store, and of Prefect's server."""
    contact = os.environ.get("STACKRANK_CONTACT", "")
    return Seen(read_facts(), contact, _look_at_store(key, content), _look_at_prefect(prefect))


def _look_at_store(key: str, content: bytes) -> str:
    if not os.environ.get(STORE):
        return f"{STORE} is not set"
    try:
        store = open_store(folders())
        return "" if store.read(key) == content else f"{store.name} is another store than that of this machine"
    except StoreError as error:
        return str(error)


def _look_at_prefect(url: str) -> str:
    if not url:
        return ""
    try:
        with urlopen(f"{url}/health", timeout=SECONDS):  # noqa: S310 - an address that the operator chose
            return ""
    except HTTPError:  # an error is an answer too
        return ""
    except (OSError, HTTPException) as error:
        return str(error)
