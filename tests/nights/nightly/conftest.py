"""Two birds and a Prefect server of their own, once for this folder; each night is one run in this process."""

from functools import partial

import pytest
from support.bird_house import run_night, served_house


@pytest.fixture(scope="package")
def house(tmp_path_factory, prepared_prefect):
    with served_house(tmp_path_factory.mktemp("night"), prepared_prefect) as house:
        yield house


@pytest.fixture
def night(house):
    return partial(run_night, house)
