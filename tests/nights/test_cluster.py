"""Nights on a real cluster on loopback: Dask, S3 (moto), Prefect's server, and hosts that note who asks them when.

Of each kind something is killed with -9 in the middle of a night: the scheduler, the store, a worker. The database of
the last night equals that of one machine, value by value. There are 12 units on 4 hosts, because each spider, worker
and night costs CPU seconds.
"""

import signal
import time

import pytest
from support import many_hosts
from support.cluster import PATIENCE, Cluster
from support.nights import House, same
from support.object_server import object_server

HOSTS, UNITS, COMMUNITIES = 20, 10, 2
WORKERS = ("worker0", "worker1", "worker2")


@pytest.fixture
def hosts(tmp_path):
    sources = many_hosts.declare(HOSTS, UNITS, COMMUNITIES)
    many_hosts.generate(tmp_path / "served", sources)
    with many_hosts.many_hosts(tmp_path / "served") as server:
        many_hosts.write_communities(tmp_path / "communities", sources, server.server_address[1])
        yield server


@pytest.fixture
def alone(hosts, tmp_path):
    """One machine without a store, after a collect and a build."""
    house = House(tmp_path / "alone", tmp_path / "communities")
    for command in ("collect", "build"):
        house.run(command)
    hosts.asked.clear()
    return house


@pytest.fixture
def cluster(hosts, prepared_prefect, tmp_path):
    prepared_prefect(tmp_path)
    (tmp_path / "objects").mkdir()
    with object_server(tmp_path / "objects") as objects:
        machines = Cluster(tmp_path, tmp_path / "communities", **objects.settings)
        machines.objects = objects
        try:
            machines.start_prefect(tmp_path / "prefect")
            yield machines
        finally:
            machines.stop()


def wait_for_requests(hosts, who=""):
    """Return a worker that asks a host for a repository; the lane in which it does has two more of them to ask."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = [one for one in hosts.asked if many_hosts.UNIT.fullmatch(one.path) and one.who.startswith(who)]
        if found:
            return found[0].who
        time.sleep(0.02)
    raise AssertionError("no worker asked any host")


def tables_of(house):
    """All tables but that of the build: its checksum covers the editions, which only a night closes."""
    return {name: rows for name, rows in house.tables().items() if name != "raw.build"}


def check_politeness(hosts):
    """No host was asked by two machines at once in a night, and no unit more than twice."""
    assert list(many_hosts.asked_by_two_at_once(hosts.asked)) == []
    assert max(many_hosts.times_asked(hosts.asked).values()) <= 2
    hosts.asked.clear()


@pytest.mark.long
def test_nights_in_which_scheduler_store_and_worker_die_end_as_a_night_of_one_machine(hosts, alone, cluster):
    cluster.start_scheduler()
    for name in WORKERS[:2]:
        cluster.start_worker(name)
    cluster.start_night()
    wait_for_requests(hosts, "worker")
    cluster.kill("scheduler")
    status, told = cluster.end_night()
    assert status in (3, 4), told
    assert "failed: the Dask scheduler is gone" in told
    assert "deferred to the next run" in told
    check_politeness(hosts)

    for name in WORKERS[:2]:
        cluster.running[name].wait(PATIENCE)
    cluster.start_scheduler()
    for name in WORKERS:
        cluster.start_worker(name)
    cluster.start_night()
    wait_for_requests(hosts, "worker")
    cluster.objects.kill()
    status, told = cluster.end_night()
    assert status == -signal.SIGTERM, told
    assert "stopped: the lease run is lost: the store did not answer for 13 seconds" in told
    check_politeness(hosts)

    cluster.objects.start()
    cluster.start_night()
    lost = wait_for_requests(hosts, "worker")
    cluster.kill(lost)
    status, told = cluster.end_night()
    assert f"{HOSTS * UNITS} fetched, 0 failed" in told
    assert status == 3, told
    assert "failed: the Dask worker tcp://127.0.0.1:" in told
    check_politeness(hosts)
    same(tables_of(House(cluster.top / "night", cluster.communities)), tables_of(alone))
