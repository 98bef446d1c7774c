"""The three nights that the tests of this folder share, and the key that they run with."""

from contextlib import contextmanager

import pytest
from support.git import (
    KEY,
    commit,
    imported,
)
from support.git_house import House, furnish, half_made, pages

from flows.demo import places
from flows.demo.server import serve


@contextmanager
def own_settings(tmp_path_factory):
    """Set a key and folders of our own; let each repository say whether filters are allowed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_KEY", KEY)
        patch.setenv("STACKRANK_DATA", str(tmp_path_factory.mktemp("unused")))
        patch.setenv("STACKRANK_COMMUNITIES", str(tmp_path_factory.mktemp("undeclared")))
        patch.delitem(places.CONFIGURATION, "uploadpack.allowFilter")
        yield


@pytest.fixture(scope="module", autouse=True)
def keyed(tmp_path_factory):
    """Let each file of this folder run with these settings."""
    with own_settings(tmp_path_factory):
        yield


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """Three nights: everything is new; nothing is; some repositories have changed."""
    house = House(tmp_path_factory.mktemp("house"))
    furnish(house.root)
    with own_settings(tmp_path_factory), serve(house.root) as server, pages() as page_url:
        house.declare(server.base_url, page_url)
        half_made(house)
        house.night(server)
        house.night(server)
        imported(house.bare("grows"), commit(99, parents=(b"refs/heads/main^0",)))
        places.git(house.bare("shrinks"), "update-ref", "refs/heads/main", "main~5")
        places.git(house.bare("empties"), "update-ref", "-d", "refs/heads/main")
        house.night(server)
        assert server.complaints == []
    return house
