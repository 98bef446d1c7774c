"""What a lane does on a worker, in this process: what it set aside is named in the account of the night."""

import pickle
from datetime import timedelta

import pytest
from support.builders import SEEN, land, monthly, source
from support.wrong import KEY

from flows import damage
from flows.cluster import lanes, lease, tasks
from flows.cluster.catalogue import fetch_catalogue, send_catalogue
from flows.cluster.facts import read_facts
from flows.cluster.lanes import Lane, Night
from flows.commands import status
from pipelines.folders import folders
from pipelines.landing import harvest
from pipelines.landing.mirror import Mirror
from pipelines.landing.runs import begin_run, current_run
from pipelines.landing.shared_keys import BY_SOURCE, LISTS_OF_OTHERS
from pipelines.landing.store import FolderStore

BIRDS = source("birds")
UNIT = "observations/birds/core/birds/one.parquet"
FILE = """name = "Birds"
homepage = "https://birds.example.org/"
born = 2025-01-01

[[sources]]
name = "core"
kind = "git"
urls = ["git+https://forge.example.org/birds/one"]
since = 2025-01-15
why = "Invented."
"""


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Make this process one machine after another of a cluster; return the folders of each."""
    (tmp_path / "communities").mkdir()
    (tmp_path / "communities/birds.toml").write_text(FILE)
    monkeypatch.setenv("STACKRANK_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(tmp_path / "communities"))
    monkeypatch.setenv("STACKRANK_KEY", KEY)

    def become(name):
        monkeypatch.setenv("STACKRANK_DATA", str(tmp_path / name))
        (tmp_path / name).mkdir(exist_ok=True)
        return folders()

    return become


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path / "store")


@pytest.fixture
def lane(machine, store):
    night = machine("night")
    held = lease.take(store, lease.RUN, "a night")
    return Lane(Night(begin_run(), held.number, send_catalogue(night, store), read_facts()), (BIRDS,), (), {})


def reading(monkeypatch, rows):
    """Let the spider of a lane be this: it finds the file of its unit damaged, and reads the unit again."""

    def visit(where, sources, *_):
        (where.data / UNIT).write_bytes(b"PAR1 cut")
        land(where, sources[0], "birds/one", rows, seen_at=SEEN, run=current_run())
        assert where.data.name == "worker"

    monkeypatch.setattr(lanes, "visit_rest", visit)


def test_what_a_worker_sets_aside_is_named_with_source_unit_reason_and_machine(
    lane, machine, store, monkeypatch, capsys
):
    land(machine("worker"), BIRDS, "birds/one", monthly(1, range(2)), seen_at=SEEN - timedelta(days=1))
    reading(monkeypatch, monthly(1, range(3)))
    lanes.visit_lane(lane)
    night = machine("night")
    Mirror(night, store).bring([*BY_SOURCE, LISTS_OF_OTHERS])
    (problem,) = damage.find_damage(night, [BIRDS])
    assert problem.what == f"{UNIT}: cannot be read (it is cut off or damaged)"
    assert problem.kept == (
        f"the unit, which was read again; the file lies in set-aside/{UNIT} on {lane.night.facts.machine}"
    )
    assert not (night.data / "set-aside" / UNIT).exists(), "the file stays where it is"
    monkeypatch.delenv("STACKRANK_RUN")
    status.run(type("Asked", (), {"max_age": None}))
    assert f"{problem.what}; look at it and delete it" in capsys.readouterr().out

    (machine("worker").data / "set-aside" / UNIT).unlink()
    reading(monkeypatch, monthly(1, range(4)))
    monkeypatch.setattr(harvest.set_aside, "move", lambda *_: None)
    lanes.visit_lane(lane)
    night = machine("night")
    Mirror(night, store).bring([LISTS_OF_OTHERS])
    assert list(damage.set_aside.entries(night)) == [], "a person has looked at it, and deleted it"


def test_an_error_of_a_worker_travels_as_text(lane, machine, monkeypatch):
    class OddError(Exception):
        def __init__(self, first, second):
            super().__init__(f"{first}\n{second}")

    def fail(_):
        raise OddError("no", "luck")

    machine("worker")
    monkeypatch.setattr(lanes, "visit_lane", fail)
    with pytest.raises(tasks.TaskFailedError) as failed:
        tasks.collect_lane.fn("birds/core", tasks.Sealed(lane))
    assert str(pickle.loads(pickle.dumps(failed.value))) == "OddError: no luck"
    assert failed.value.__context__ is None, "Dask sends the context too"


def test_a_worker_keeps_the_newest_catalogues(machine, store):
    worker = machine("worker")
    for number in range(4):
        (worker.communities / "birds.toml").write_text(f"{FILE}# {number}\n")
        kept = fetch_catalogue(worker, store, send_catalogue(worker, store))
    found = list((worker.data / "catalogues").iterdir())
    assert len(found) == 2
    assert kept in found
