"""The nights that the tests of this folder share, and one spider over what they landed."""

import pytest
from support.crawl import HEAD
from support.mail_boxes import boxes
from support.mail_lists import IMPOSSIBLE, LISTS, faults, later_lists
from support.mail_nights import ROBOTS, block, stackrank
from support.walk import crawl, next_night, reset_clock, spider_of

from flows.demo.archives import FAULTS, Archives
from flows.demo.server import serve
from flows.results import read_result
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.landing.runs import begin_run
from pipelines.landing.stored import stored_visits
from pipelines.landing.visits import read_visits


@pytest.fixture(scope="session")
def nights(tmp_path_factory):
    """Two nights of the real spiders against one server: folder, what was collected and asked, by night."""
    top = tmp_path_factory.mktemp("nights")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    told = []
    reset_clock()
    by_hand = '\n[[sources]]\nname = "by-hand"\nkind = "mbox"\nsince = 2015-01-01\nwhy = "Invented."\n'
    with serve(top / "none") as server:
        (where.communities / "birds.toml").write_text(
            HEAD
            + "".join(block(one, server.base_url, name) for name, one in LISTS.items())
            + boxes(top / "boxes")
            + by_hand
        )
        (birds,) = load_catalogue(where.communities)
        for lists, wrong in ((LISTS, faults()), (later_lists(), {LISTS["turned"].url: ["login"]})):
            server.archives = Archives(list(lists.values()), wrong, ROBOTS, known=FAULTS | IMPOSSIBLE)
            server.requests.clear()
            next_night()
            run = begin_run()
            crawl(where, ("pipermail", "hyperkitty", "ponymail", "mbox"))
            told.append((read_result(where, birds.sources, run), list(server.requests)))
        assert server.complaints == []
    return where, told


@pytest.fixture(scope="session")
def reread(nights):
    """The two nights, then the commands that read kept pages again and a mailbox: folder, what was before, output."""
    where = nights[0]
    before = stored_visits(where.observations), len(list(read_visits(where.visits)))
    boxes = where.data.parent / "boxes"
    told = [
        stackrank(where, "collect", "--reread", "birds/dev", "birds/plain"),
        stackrank(where, "collect", "--mbox", str(boxes / "packed"), "--source", "birds/by-hand"),
        stackrank(where, "collect", "--mbox", str(boxes / "cut"), "--source", "birds/by-hand"),
    ]
    return where, *before, told


@pytest.fixture
def spider(nights):
    """A spider over what the nights landed of one list."""
    with spider_of(nights[0], "pipermail", sources="birds/dev") as spider:
        yield spider
