"""The lease of a run: one run in a store, whatever machine it is on; a run that lost it ends."""

import signal
import subprocess
import sys

import pytest
from support.nights import environment

from flows import locks
from flows.cluster import lease
from flows.cluster.lease import holding, take
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.store import FolderStore

HOLD = (
    "import sys\nfrom flows import locks\nfrom pipelines.folders import folders\n"
    "with locks.single_run(folders(), 'stackrank nightly'):\n    print(flush=True)\n    sys.stdin.read()"
)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_LEASE_SECONDS", "0.6")
    monkeypatch.setenv("STACKRANK_STORE", str(tmp_path / "store"))
    return FolderStore(tmp_path / "store")


def folders_of(tmp_path, name):
    return Folders(tmp_path / name, tmp_path / "communities", tmp_path / name / "site")


def test_a_run_on_another_machine_is_refused_by_name(store, tmp_path):
    where = folders_of(tmp_path, "here")
    with (
        holding(take(store, lease.RUN, "process 7 (stackrank nightly)")),
        pytest.raises(locks.AlreadyRunningError, match=r"^refused: process 7 \(stackrank nightly\) on .+; wait"),
        locks.single_run(where, "stackrank build"),
    ):
        pytest.fail("two runs")
    with locks.single_run(where, "stackrank build"):
        assert lease.find(store, lease.RUN).number == 2


def test_the_schedule_between_two_runs_holds_no_lease(store, tmp_path):
    with locks.single_run(folders_of(tmp_path, "here"), "stackrank schedule", "schedule"):
        assert lease.find(store, lease.RUN) is None


def test_without_a_store_there_is_no_lease(monkeypatch, tmp_path):
    monkeypatch.delenv("STACKRANK_STORE", raising=False)
    where = folders_of(tmp_path, "here")
    with locks.single_run(where, "stackrank build"):
        assert not (where.data / lease.LEASES).exists()


@pytest.mark.long
def test_a_run_that_was_followed_ends(store, tmp_path):
    kept = environment(tmp_path / "data", tmp_path, STACKRANK_STORE=str(store.root), STACKRANK_LEASE_SECONDS="3")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], env=kept, cwd=CHECKOUT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as holder:  # fmt: skip
        holder.stdout.readline()
        store.write("leases/run/0000000009", b'{"who": "the next", "machine": "elsewhere", "since": "now"}')
        assert holder.wait(60) == -signal.SIGTERM
        assert (
            "stopped: the lease run is lost: the next on elsewhere, since now has taken it over" in holder.stderr.read()
        )
