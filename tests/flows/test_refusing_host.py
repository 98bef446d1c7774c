"""A host that refuses delays no healthy one: a real collect at addresses of the loopback network."""

import time
from threading import Thread

import pytest
from support.git import line, made

from flows import reach
from flows.collect import collect
from flows.demo.server import DemoServer
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.landing.visits import read_visits
from pipelines.model import ReasonCode

HEALTHY = ("127.0.1.1", "127.0.1.2", "127.0.1.3")
REFUSING = "127.0.2.201:9"
PATIENCE = 120
HEAD = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2009-07-01\n'
SOURCE = '[[sources]]\nname = "{}"\nkind = "git"\nsince = 2009-05-01\nwhy = "Invented."\nurls = ["git+http://{}.git"]\n'


class Everywhere(DemoServer):
    """The demo's server at every address of this machine: each address counts as a host of its own."""

    def server_bind(self) -> None:
        self.server_address = ("", 0)
        super().server_bind()


@pytest.fixture
def port(tmp_path):
    for n in range(len(HEALTHY)):
        made(tmp_path / "served", f"wren{n}", line(3))
    with Everywhere(tmp_path / "served") as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def where(tmp_path, port, monkeypatch):
    """Five sources on the host that refuses come first in the catalogue, then three on healthy ones."""
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    dead = [SOURCE.format(f"dead{n}", f"{REFUSING}/dead/r{n}") for n in range(5)]
    well = [
        SOURCE.format(f"well{n}", f"{host}:{port}/forge.example.org/birds/wren{n}") for n, host in enumerate(HEALTHY)
    ]
    (where.communities / "birds.toml").write_text(HEAD + "".join(dead + well))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("STACKRANK_KEY", "5e" * 32)
    return where


def latest(where):
    return {visit.source: visit for visit in read_visits(where.visits)}


@pytest.mark.long
def test_five_sources_on_a_host_that_refuses_cost_two_questions_and_wait_for_no_turn(where, monkeypatch):
    questions, read_meanwhile = [], set()
    ask = reach._ask

    def counted(host, url, agent):
        questions.append(host)
        return ask(host, url, agent)

    def pause(_seconds):
        end = time.monotonic() + PATIENCE
        while len(read_meanwhile) < len(HEALTHY) and time.monotonic() < end:
            read_meanwhile.update(latest(where))
            time.sleep(0.05)

    monkeypatch.setattr(reach, "_ask", counted)
    monkeypatch.setattr(reach, "sleep", pause)
    (birds,) = load_catalogue(where.communities)
    result = collect(where, birds.sources)
    assert read_meanwhile == {"well0", "well1", "well2"}, "all healthy ones are read before the second question"
    assert questions.count(REFUSING.partition(":")[0]) == 2
    assert sorted(path.name for path in where.begun.iterdir()) == [f"birds.well{n}" for n in range(3)]
    failed = {visit.source: visit.reason_code for visit in result.failed}
    assert failed == {f"dead{n}": ReasonCode.CONNECTION_FAILED for n in range(5)}
    assert {visit.source for visit in result.good} == read_meanwhile
