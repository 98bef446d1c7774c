"""Try what a night on many machines needs: the store, the scheduler, the workers, Prefect's server."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import TYPE_CHECKING
from uuid import uuid4

from flows import contact
from flows.cluster import lease, settings
from flows.cluster.facts import Facts, differences, read_facts
from flows.cluster.probes import Seen, look_from_worker
from flows.findings import BAD, NOTE, OK, Finding, shorten_list
from pipelines.folders import Folders
from pipelines.landing.mirror import KEY_ID
from pipelines.landing.store import STORE, Store, StoreError, open_store

if TYPE_CHECKING:
    from distributed import Client

SECONDS = 15
PREFECT = "PREFECT_API_URL"


def examine(where: Folders) -> Iterator[Finding]:
    """Yield what was found, in the order in which a person would start the parts; an object is left for no one."""
    ours = read_facts(where)
    if not os.environ.get(STORE):
        yield Finding(BAD, "store", f"{STORE} is not set; name a folder that all machines share, or s3://bucket/prefix")
        return
    try:
        store = open_store(where)
        yield from _check_store(store, ours)
    except StoreError as error:
        yield Finding(BAD, "store", f"{error}; see that it answers, and that its address and credentials are set")
        return
    if not settings.is_asked():
        yield Finding(NOTE, "scheduler", f"{settings.DASK} is not set, so all tasks run on this machine")
        return
    yield from _check_cluster(store, ours)


def _check_store(store: Store, ours: Facts) -> Iterator[Finding]:
    key, first, second = f"checks/{uuid4().hex}", uuid4().bytes, uuid4().bytes
    try:
        kept = (store.write_if_absent(key, first), store.write_if_absent(key, second), store.read(key))
        listed = [entry.key for entry in store.list(key)]
    finally:
        with suppress(StoreError):  # what fails first is said
            store.delete(key)
    if kept != (True, False, first):
        yield Finding(BAD, "store", f"{store.name} overwrites what is there (it ignores If-None-Match); use another")
    elif listed != [key]:
        yield Finding(BAD, "store", f"{store.name} does not list what was written; use another")
    else:
        yield Finding(OK, "store", f"{store.name} reads, lists, writes, and writes only if absent")
    yield _check_key(store, ours)
    if (held := lease.find(store, lease.RUN)) and not held.is_released:
        yield Finding(NOTE, "run", f"the lease is held by {held.who}; a dead run loses it by itself")


def _check_key(store: Store, ours: Facts) -> Finding:
    theirs = (store.read(KEY_ID) or b"").decode()
    if theirs and theirs != ours.key_id:
        what = f"the store has pseudonyms of key {theirs}, this machine has {ours.key_id or 'none'}"
        return Finding(BAD, "key", f"{what}; copy that key to this machine")
    return Finding(OK, "key", f"its id is {ours.key_id or 'not known: the first run makes one'}")


def _check_cluster(store: Store, ours: Facts) -> Iterator[Finding]:
    try:
        settings.check_cluster()
        with ExitStack() as opened:
            client = opened.enter_context(_connect(opened))
            yield Finding(OK, "scheduler", f"{client.scheduler.address} answers")  # type: ignore[missing-attribute]
            yield from _check_workers(client, store, ours)
    except settings.WrongClusterError as error:
        yield Finding(BAD, "scheduler", str(error))
    except (OSError, TimeoutError) as error:
        text = f"{settings.read_cluster()} does not answer ({error}); start it: dask scheduler --port 8786"
        yield Finding(BAD, "scheduler", text)
    except Exception as error:  # noqa: BLE001  (whatever the class of the user's choice raises)
        text = f"{settings.read_cluster()} cannot be used ({type(error).__name__}: {error}); correct {settings.DASK}"
        yield Finding(BAD, "scheduler", text)


def _connect(opened: ExitStack) -> "AbstractContextManager[Client]":
    """Connect to the scheduler, or start the cluster of the class that is named."""
    from distributed import Client
    from prefect.utilities.importtools import from_qualified_name

    chosen = settings.read_cluster()
    if chosen.address:
        return Client(chosen.address, timeout=SECONDS, set_as_default=False)
    settings.task_runner()
    cluster = opened.enter_context(from_qualified_name(chosen.class_name)(**chosen.keywords))
    return Client(cluster, timeout=SECONDS, set_as_default=False)


def _check_workers(client: "Client", store: Store, ours: Facts) -> Iterator[Finding]:
    key, content = f"checks/{uuid4().hex}", uuid4().bytes
    store.write(key, content)
    try:
        found = client.run(look_from_worker, key, content, os.environ.get(PREFECT, ""), on_error="return")
    finally:
        with suppress(StoreError):
            store.delete(key)
    if not found:
        yield Finding(BAD, "workers", f"none is connected; start one: dask worker {settings.read_cluster()}")
        return
    wrong = [Finding(BAD, f"worker {address}", text) for address, seen in found.items() for text in _wrong(ours, seen)]
    yield from wrong
    yield from _check_folders([seen.facts for seen in found.values() if isinstance(seen, Seen)])
    if not wrong:
        versions = ", ".join(f"{name} {version}" for name, version in ours.versions)
        yield Finding(OK, "workers", f"{len(found)} with {versions}, and this machine's key")
    yield _check_prefect([seen for seen in found.values() if isinstance(seen, Seen)])


def _wrong(ours: Facts, seen: "Seen | BaseException") -> list[str]:
    """Return what is wrong with one worker."""
    if not isinstance(seen, Seen):
        return [f"cannot be asked ({type(seen).__name__}: {seen}); install the same stackrank[cluster] there"]
    found = differences(ours, seen.facts)
    if seen.store:
        found.append(f"{seen.store}; give it the same {STORE}, with address and credentials")
    if mistake := contact.find_mistake({"STACKRANK_CONTACT": seen.contact}):
        found.append(f"{mistake}; set it there too")
    return found


def _check_folders(facts: list[Facts]) -> Iterator[Finding]:
    """Find workers that share a data folder, or have the one of this machine."""
    times = Counter((one.machine, one.data) for one in facts)
    shared = [f"{data} on {machine}" for (machine, data), number in times.items() if number > 1]
    if shared:
        text = f"several share {shorten_list(shared)}; give each its own STACKRANK_DATA"
        yield Finding(BAD, "workers", text)


def _check_prefect(seen: list[Seen]) -> Finding:
    if not os.environ.get(PREFECT):
        text = "a night starts its own, which workers on other machines cannot reach; it shows their tasks only if"
        return Finding(NOTE, "Prefect", f"{text} {PREFECT} names a server of yours")
    if away := [one.facts.machine for one in seen if one.prefect]:
        first = next(one.prefect for one in seen if one.prefect)
        return Finding(BAD, "Prefect", f"{shorten_list(away)} cannot reach {os.environ[PREFECT]} ({first})")
    return Finding(OK, "Prefect", f"every worker reaches {os.environ[PREFECT]}")
