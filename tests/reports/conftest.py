"""What test files of this folder share: one copy of the published site."""

import pytest
from support.own_site import read_site


@pytest.fixture(scope="session")
def house(once, tmp_path_factory):
    """A site of a data folder of its own, which tests may read and not change."""
    return read_site(once, tmp_path_factory.mktemp("house") / "own")
