"""The nights that the tests of this folder share."""

import pytest
from support.crawl import HEAD
from support.discourse import FORUMS, KNOWN_FAULTS, block, first_faults, folders, run, second_night
from support.walk import next_night, reset_clock

from flows.demo.archives import Archives
from flows.demo.server import serve
from flows.results import read_result
from pipelines.catalogue.load import load_catalogue
from pipelines.landing.runs import begin_run


@pytest.fixture(scope="session")
def nights(tmp_path_factory):
    """Three nights of the real spider, the last one quiet: folder, what was collected and asked, by night."""
    top = tmp_path_factory.mktemp("forums")
    where, told = folders(top), []
    reset_clock()
    with serve(top / "none") as server:
        # Ids come from the host, and all forums here are on one: each is a community of its own.
        for name in FORUMS:
            (where.communities / f"{name}.toml").write_text(HEAD + block(server.base_url, name))
        sources = [source for one in load_catalogue(where.communities) for source in one.sources]
        for served, wrong in ((FORUMS, first_faults()), (second_night(), {}), (second_night(), {})):
            server.archives = Archives([], wrong, sites=list(served.values()), known=KNOWN_FAULTS)
            server.requests.clear()
            next_night()
            id_of_run = begin_run()
            run(where)
            told.append((read_result(where, sources, id_of_run), [request.path for request in server.requests]))
        assert server.complaints == []
    return where, told
