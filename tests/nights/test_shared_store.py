"""A collect into an object store that is killed in the middle, and a second machine that has nothing but that store."""

import time

import pytest
from support.nights import BIRDS, PATIENCE, House, birds_served, same
from support.object_server import object_server

from flows.exit_status import ALL_WELL, SOMETHING_FAILED
from pipelines.landing.visits import read_visits
from pipelines.model import Verdict


def end(process):
    told, _ = process.communicate(timeout=300)
    return process.returncode, told


def wait_for(server, process, words):
    until = time.monotonic() + PATIENCE
    while words not in server.log.read_text():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until, words
        time.sleep(0.01)


@pytest.mark.long
def test_a_store_that_is_killed_loses_nothing_and_another_machine_builds_from_it_alone(tmp_path):
    with birds_served(tmp_path), object_server(tmp_path) as server:
        calm = House(tmp_path / "calm", tmp_path / "communities")
        calm.run("collect")
        calm.run("build")
        first = House(tmp_path / "first", tmp_path / "communities", **server.settings)
        process = first.start("collect")
        wait_for(server, process, "night/observations/")
        server.kill()
        status, told = end(process)
        assert (status, "s3://stackrank/night: cannot " in told) == (SOMETHING_FAILED, True), told
        assert "it goes to the store with the next run" in told
        server.start()
        status, told = end(first.start("collect"))
        assert status == ALL_WELL, told

        second = House(tmp_path / "second", tmp_path / "communities", **server.settings)
        second.run("collect")
        visits = list(read_visits(second.where.visits))
        assert len(visits) > 2 * len(BIRDS), "those of both machines"
        newest = {visit.unit: visit.verdict for visit in visits}
        assert [*newest.values()] == [Verdict.UNCHANGED] * len(BIRDS), "it knows what the first one has landed"
        third = House(tmp_path / "third", tmp_path / "communities", **server.settings)
        third.run("build")
        same(third.tables(), calm.tables())
