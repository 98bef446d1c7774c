"""A lease in the store: one holder at a time on many machines, and a dead one loses it.

`leases/<name>/<number>` is an object that its holder writes again every few seconds. The highest number counts: who
takes a lease over writes the next number, and the store lets one of two do so. No number is used twice.

No clocks of two machines are compared. A lease is stale when an observer has seen no change for `seconds` of its own
time. A holder that could not write for two thirds of that time gives up, and ends what it does, before anybody may
follow it. What it has started is given the same time, because a holder that is stopped ends nothing.
"""

import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import sleep
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from flows.cluster.settings import lease_seconds
from pipelines.clock import read_clock
from pipelines.landing.store import Store, StoreError

GIVE_UP, BEAT, LOOK = 2 / 3, 1 / 6, 1 / 12
"""Parts of these seconds: when a holder gives up, how often it writes, and how often an observer looks."""
LEASES, RUN = "leases", "run"
NUMBER = re.compile(r"[0-9]{10}")
"""The name of an object of a lease; what else lies beside it is none."""


class LeaseHeldError(Exception):
    """Somebody else holds the lease and is alive; `who` says who."""

    def __init__(self, who: str) -> None:
        super().__init__(who)
        self.who = who


class LeaseLostError(Exception):
    """The lease is not ours any more: what it allowed must end."""


@dataclass(frozen=True)
class Found:
    """The object of a lease that counts."""

    number: int
    content: bytes

    @property
    def facts(self) -> dict[str, Any]:
        """What its holder wrote; nothing where it cannot be read."""
        try:
            facts = json.loads(self.content)
        except ValueError:
            return {}
        return facts if isinstance(facts, dict) else {}

    @property
    def is_released(self) -> bool:
        """Whether its holder has ended."""
        return bool(self.facts.get("released"))

    @property
    def who(self) -> str:
        """Who holds it, since when."""
        known = {"who": "somebody", "machine": "another machine", "since": "a time unknown"} | self.facts
        return f"{known['who']} on {known['machine']}, since {known['since']}"

    def stale_after(self, seconds: float) -> float:
        """Return the seconds of the holder, where it grants itself more than the observer would."""
        granted = self.facts.get("seconds")
        return max(seconds, granted) if isinstance(granted, int | float) else seconds


def find(store: Store, name: str) -> Found | None:
    """Return the object of a lease that counts; None where nobody ever had it."""
    while numbers := _numbers(store, name):
        if (content := store.read(_key(name, numbers[-1]))) is not None:  # else it was followed between the two
            return Found(numbers[-1], content)
    return None


def _numbers(store: Store, name: str) -> list[int]:
    names = (entry.key.removeprefix(_folder(name)) for entry in store.list(_folder(name)))
    return sorted(int(name) for name in names if NUMBER.fullmatch(name))


@dataclass
class Lease:
    """A lease that we hold. `held_until` is a time of `pipelines.clock`; each beat moves it."""

    store: Store
    name: str
    number: int
    facts: dict[str, Any]
    seconds: float
    held_until: float
    why_lost: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    def is_held(self) -> bool:
        """Tell whether we may go on."""
        return not self.why_lost and read_clock() < self.held_until

    def check(self) -> None:
        """Raise LeaseLostError unless we may go on."""
        if not self.is_held():
            why = self.why_lost or f"the store did not answer for {GIVE_UP * self.seconds:.0f} seconds"
            raise LeaseLostError(f"the lease {self.name} is lost: {why}")

    def beat(self) -> None:
        """Write the lease again, unless somebody has followed us; a store that fails is asked again."""
        began = read_clock()
        try:
            found = find(self.store, self.name)
            if found is None or found.number != self.number:
                self.why_lost = f"{found.who if found else 'nobody'} has taken it over"
                return
            self.facts["beat"] += 1
            self.store.write(_key(self.name, self.number), json.dumps(self.facts).encode())
        except StoreError:
            return
        self.held_until = began + GIVE_UP * self.seconds

    def keep(self) -> None:
        """Beat until the lease ends."""
        while not self.ended.wait(BEAT * self.seconds) and self.is_held():
            self.beat()

    def release(self) -> None:
        """Let the next one follow at once; a store that fails lets it follow later."""
        self.ended.set()
        if self.is_held():
            self.facts["released"] = True
            try:
                self.store.write(_key(self.name, self.number), json.dumps(self.facts).encode())
            except StoreError:
                return


def take(
    store: Store, name: str, who: str, *, patience: float = 0.0, check: Callable[[], None] = lambda: None
) -> Lease:
    """Take a lease that is free, or stale; raises LeaseHeldError where its holder lives longer than `patience`.

    `check` is called between two looks; what it raises ends the waiting.
    """
    seconds, started = lease_seconds(), read_clock()
    seen, unchanged_since = None, started
    while True:
        check()
        now, found = read_clock(), find(store, name)
        if found != seen:
            is_alive = seen is not None
            seen, unchanged_since = found, now
            if found and is_alive and not found.is_released and now - started >= patience:
                raise LeaseHeldError(found.who)
        if found is None or found.is_released or now - unchanged_since > found.stale_after(seconds):
            if lease := _follow(store, name, who, found, seconds):
                return lease
        else:
            sleep(LOOK * seconds)


def _follow(store: Store, name: str, who: str, found: Found | None, seconds: float) -> Lease | None:
    """Write the next number; None where somebody else was faster."""
    number, began = (found.number if found else 0) + 1, read_clock()
    facts = {
        "who": who, "machine": socket.gethostname(), "process": os.getpid(), "token": uuid4().hex,
        "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", "seconds": seconds, "beat": 0,
    }  # fmt: skip
    if not store.write_if_absent(_key(name, number), json.dumps(facts).encode()):
        return None
    numbers = _numbers(store, name)
    if numbers[-1] != number:  # we were slow: others have followed, and removed what we saw
        return None
    for earlier in numbers[:-1]:
        store.delete(_key(name, earlier))
    return Lease(store, name, number, facts, seconds, began + GIVE_UP * seconds)


@contextmanager
def holding(lease: Lease) -> Iterator[Lease]:
    """Keep a lease while the block runs, then release it."""
    keeper = threading.Thread(target=lease.keep, name=f"lease {lease.name}", daemon=True)
    keeper.start()
    try:
        yield lease
    finally:
        lease.ended.set()
        keeper.join(lease.seconds)
        lease.release()


def _folder(name: str) -> str:
    return f"{LEASES}/{quote(name, safe='')}/"


def _key(name: str, number: int) -> str:
    return f"{_folder(name)}{number:010}"
