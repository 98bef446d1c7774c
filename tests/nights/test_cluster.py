"""Nights on a real cluster on loopback: Dask, S3 (moto), Prefect's server, and hosts that note who asks them when.

There are 200 units on 20 hosts, one of which has two lanes. Of each kind something is killed with -9 in the middle of
a night: the scheduler, the store, a worker; in that last night another worker stands still for longer than its leases.
The database of the last night equals that of one machine, value by value.
"""

import signal
import time

import pytest
from support import many_hosts
from support.cluster import LEASE_SECONDS, PATIENCE, Cluster
from support.nights import House, same
from support.object_server import object_server

HOSTS, UNITS, COMMUNITIES = 20, 10, 2
LANES = {many_hosts.host_name(0): 2}
WORKERS = ("worker0", "worker1", "worker2")
MIDDLE = 50
"""So many units were asked in a night when something is killed."""


@pytest.fixture
def hosts(tmp_path):
    sources = many_hosts.declare(HOSTS, UNITS, COMMUNITIES, LANES)
    many_hosts.generate(tmp_path / "served", sources)
    with many_hosts.many_hosts(tmp_path / "served") as server:
        many_hosts.write_communities(tmp_path / "communities", sources, server.server_address[1])
        yield server


@pytest.fixture
def alone(hosts, tmp_path):
    """One machine without a store; return it and what starts its collect, which goes on beside the nights."""
    house, started = House(tmp_path / "alone", tmp_path / "communities"), []
    yield house, lambda: started.append(house.start("collect")) or started[0]
    for collecting in started:
        collecting.kill()
        collecting.communicate()


@pytest.fixture
def cluster(hosts, prepared_prefect, tmp_path):
    prepared_prefect(tmp_path)
    (tmp_path / "objects").mkdir()
    lanes = ",".join(f"{host}={number}" for host, number in LANES.items())
    with object_server(tmp_path / "objects") as objects:
        machines = Cluster(tmp_path, tmp_path / "communities", **objects.settings, STACKRANK_LANES=lanes)
        machines.objects = objects
        try:
            machines.start_prefect(tmp_path / "prefect")
            yield machines
        finally:
            machines.stop()


def of_workers(hosts):
    return [one for one in hosts.asked if one.who.startswith("worker")]


def wait_for_middle(hosts):
    """Return workers that ask for repositories, the one that asked last first."""
    end = time.monotonic() + PATIENCE
    while len(many_hosts.units_asked(of_workers(hosts))) < MIDDLE:
        assert time.monotonic() < end, "no worker asked any host"
        time.sleep(0.02)
    return list(dict.fromkeys(one.who for one in reversed(of_workers(hosts))))


def tables_of(house):
    """All tables but that of the build: its checksum covers the editions, which only a night closes."""
    return {name: rows for name, rows in house.tables().items() if name != "raw.build"}


def check_politeness(hosts):
    """No host was asked by more machines at once than it has lanes, and no unit more than twice in a night."""
    asked = of_workers(hosts)
    at_once = many_hosts.most_at_once(asked)
    assert {host: number for host, number in at_once.items() if number > LANES.get(host, 1)} == {}
    assert max(many_hosts.units_asked(asked).values()) <= 2
    hosts.asked.clear()


@pytest.mark.long
def test_nights_in_which_scheduler_store_and_worker_die_end_as_a_night_of_one_machine(hosts, alone, cluster):
    cluster.start_scheduler()
    for name in WORKERS[:2]:
        cluster.start_worker(name)
    cluster.start_night()
    wait_for_middle(hosts)
    cluster.kill("scheduler")
    house, start_collect = alone
    collecting = start_collect()
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
    wait_for_middle(hosts)
    cluster.objects.kill()
    status, told = cluster.end_night()
    assert status == -signal.SIGTERM, told
    assert "stopped: the lease run is lost: the store did not answer for 28 seconds" in told
    check_politeness(hosts)

    cluster.objects.start()
    cluster.start_night()
    dies, stops, *_ = wait_for_middle(hosts)
    cluster.kill(dies)
    cluster.stop_for(stops, 1.2 * float(LEASE_SECONDS))
    status, told = cluster.end_night()
    assert f"{HOSTS * UNITS} fetched, 0 failed" in told
    assert status == 3, told
    assert told.count("failed: the Dask worker tcp://127.0.0.1:") == 2, told
    check_politeness(hosts)
    assert collecting.wait(PATIENCE) == 0
    house.run("build")
    same(tables_of(House(cluster.top / "night", cluster.communities)), tables_of(house))
