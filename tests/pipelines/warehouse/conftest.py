"""The database that the tests of this folder share: it is built once."""

from datetime import datetime

import pytest
from support.builders import TODAY, land, monthly, row, visit
from support.two_communities import BIRDS, FISH, TWO

from pipelines.folders import Folders
from pipelines.landing.visits import log_visit
from pipelines.model import Verdict
from pipelines.warehouse.build import build_database


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """Two communities: one of three repositories, one of them failing, and one that has ended."""
    top = tmp_path_factory.mktemp("built")
    where = Folders(top / "data", top / "communities", top / "site")
    land(where, BIRDS, "birds/one", monthly(1, range(14)), [
        {"tag": "v1", "hash": f"{1:040x}", "seconds": 1_736_000_000, "dated_by": "tag"},
        {"tag": "undated", "hash": f"{1:040x}", "seconds": None, "dated_by": "commit"},
    ])  # fmt: skip
    land(where, BIRDS, "birds/two", [*monthly(1, range(14)), row(9001, datetime(2025, 5, 31, 23, 59, 59), "bob")])
    log_visit(where.visits, visit(BIRDS, "birds/three", Verdict.FAILED, reason="server answered 500"))
    land(where, FISH, "fish/one", [
        *monthly(20_000, range(11), authors=3),
        row(30_001, datetime(2025, 5, 3), "mergebot", parents=2),
        row(30_002, datetime(2025, 5, 3), "robot", author_bot_rule="ci"),
        row(30_003, datetime(1970, 1, 1), "clock"),
        row(30_004, datetime(2100, 1, 1), "clock"),
        row(30_005, None, "clock"),
        row(30_006, datetime(2025, 5, 4), "ann", authored_at=datetime(2025, 4, 30)),
        row(30_007, datetime(2025, 5, 4), None, author_name_key=None, author_address_key=None),
    ])  # fmt: skip
    build_database(where, TWO, TODAY)
    return where
