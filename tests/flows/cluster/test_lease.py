"""Leases on a real folder, with real waiting: short seconds, and processes that are really killed or stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

import pytest

from flows.cluster import lease
from flows.cluster.lease import LeaseHeldError, LeaseLostError, find, holding, take
from pipelines import clock
from pipelines.folders import CHECKOUT
from pipelines.landing.store import FolderStore, StoreError

SECONDS = 0.6


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_LEASE_SECONDS", str(SECONDS))
    return FolderStore(tmp_path)


def test_a_released_lease_is_followed_at_once_and_no_number_is_used_twice(store):
    for number in (1, 2, 3):
        with holding(take(store, "run", "a night")) as held:
            assert held.number == number
    assert [entry.key for entry in store.list("leases/")] == ["leases/run/0000000003"]


def test_a_living_holder_is_named_and_refuses(store):
    with holding(take(store, "run", "the first")), pytest.raises(LeaseHeldError, match=r"the first on .*, since 20"):
        take(store, "run", "the second")


def test_a_waiting_one_follows_when_the_holder_ends(store):
    with ThreadPoolExecutor() as pool:
        with holding(take(store, "host", "the first")):
            waiting = pool.submit(take, store, "host", "the second", patience=60)
            sleep(SECONDS * 2)
            assert not waiting.done(), "a lease that beats was taken over"
        assert waiting.result(5).number == 2


def test_of_many_that_take_a_stale_lease_at_once_one_wins(store):
    take(store, "run", "the dead")

    def attempt(who):
        try:
            return take(store, "run", str(who))
        except LeaseHeldError:
            return None

    with ThreadPoolExecutor(8) as pool:
        won = [found for found in pool.map(attempt, range(8)) if found]
    alive = [one for one in won if find(store, "run").number == one.number]
    assert len(alive) == 1
    assert sorted(one.number for one in won) == list(range(2, 2 + len(won))), "nobody beat: each was followed"


@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.long
def test_a_dead_or_stopped_holder_is_followed_and_knows_it_when_it_wakes(store, way):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom pipelines.landing.store import FolderStore\n"
        "from flows.cluster import lease\n"
        "with lease.holding(lease.take(FolderStore(Path(sys.argv[1])), 'run', 'the dead')) as held:\n"
        "    print(flush=True)\n    while True:\n        held.check()\n        time.sleep(.01)"
    )
    command = [sys.executable, "-c", code, str(store.root)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as holder:
        holder.stdout.readline()
        os.kill(holder.pid, way)
        began = monotonic()
        with holding(take(store, "run", "the next", patience=60)) as held:
            assert monotonic() - began > SECONDS
            if way == signal.SIGSTOP:
                os.kill(holder.pid, signal.SIGCONT)
                assert "LeaseLostError" in holder.communicate(timeout=60)[1]
            assert held.is_held()


class Dumb(FolderStore):
    """A store that stops to answer."""

    is_silent = False

    def write(self, key, data):
        if self.is_silent:
            raise StoreError("the store does not answer")
        super().write(key, data)


def test_a_holder_gives_up_before_anybody_may_follow_where_the_store_is_silent(store):
    dumb = Dumb(store.root)
    with holding(take(dumb, "run", "the first")) as held:
        dumb.is_silent = True
        waiting = ThreadPoolExecutor().submit(take, store, "run", "the second", patience=60)
        while held.is_held():
            assert not waiting.done()
            sleep(0.01)
        with pytest.raises(LeaseLostError, match="the store did not answer for"):
            held.check()
        assert not waiting.done(), "two held it"
        assert waiting.result(10).number == 2


def test_a_holder_that_was_followed_says_by_whom(store):
    held = take(store, "run", "the first")
    sleep(SECONDS)
    take(store, "run", "the second", patience=60)
    held.beat()
    assert "the second on " in held.why_lost
    assert not held.is_held()


def test_the_longer_of_two_terms_counts(store, monkeypatch):
    monkeypatch.setenv("STACKRANK_LEASE_SECONDS", "2")
    take(store, "run", "the patient")
    monkeypatch.setenv("STACKRANK_LEASE_SECONDS", "0.1")
    began = monotonic()
    take(store, "run", "the hasty", patience=60)
    assert monotonic() - began > 2


def test_a_damaged_lease_becomes_stale_as_any_other(store):
    store.write("leases/run/0000000007", b"\0\0")
    assert take(store, "run", "the next").number == 8
    assert json.loads(store.read("leases/run/0000000008"))["who"] == "the next"


def test_who_was_slow_does_not_hold_a_number_that_others_have_passed(store):
    store.write("leases/run/0000000007", b"{}")
    assert lease._follow(store, "run", "the slow", None, SECONDS) is None
    assert find(store, "run").number == 7


def test_what_lies_beside_the_numbers_of_a_lease_is_passed_over(store):
    store.write("leases/run/README", b"do not delete")
    with holding(take(store, "run", "a night")) as held:
        assert (held.number, find(store, "run").number) == (1, 1)


def test_a_lease_ends_while_its_machine_sleeps(store, monkeypatch):
    held = take(store, "run", "a laptop")
    awake = lease.read_clock()
    monkeypatch.setattr(lease, "read_clock", lambda: awake + SECONDS)
    assert not held.is_held()
    assert clock._CLOCK == time.CLOCK_BOOTTIME, "the clock that counts the hours of sleep"
