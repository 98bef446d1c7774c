"""A machine with two repositories of one community, for the tests of damaged files."""

import pytest
from support import two_repositories

from pipelines.folders import Folders


@pytest.fixture
def where(tmp_path, monkeypatch) -> Folders:
    """The data folder of the machine; nothing is landed yet."""
    return two_repositories.declare(tmp_path, monkeypatch)


@pytest.fixture
def landed(where) -> Folders:
    """The data folder with both repositories, landed without a crawl."""
    return two_repositories.land_both(where)
