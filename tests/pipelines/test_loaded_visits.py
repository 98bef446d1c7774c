"""`raw.visits` has each visit once, whether it was logged, brought what is held, or both."""

from collections import Counter
from datetime import timedelta
from shutil import rmtree

from support.builders import SEEN, TODAY, community, folders_in, land, monthly, source, visit

from pipelines.landing.visits import log_visit
from pipelines.model import Verdict
from pipelines.warehouse.inputs import read_inputs
from pipelines.warehouse.raw import all_visits

BIRDS, OWLS = source("birds"), source("owls")


def test_a_visit_that_is_logged_and_held_is_one_row(tmp_path):
    where, before = folders_in(tmp_path), SEEN - timedelta(days=1)
    log_visit(where.visits, visit(BIRDS, "birds/one", Verdict.FAILED, before))
    for of in (BIRDS, OWLS):
        land(where, of, f"{of.community}/one", monthly(1, range(3)))
    log_visit(where.visits, visit(BIRDS, "birds/one"))
    rmtree(where.visits / "owls")
    given = read_inputs(where, [community("birds", BIRDS), community("owls", OWLS)], TODAY)
    found = Counter((one.unit, one.seen_at, one.verdict, one.observations) for one in all_visits(given))
    assert found == {
        ("birds/one", before, Verdict.FAILED, None): 1,
        ("birds/one", SEEN, Verdict.OK, 24): 1,
        ("owls/one", SEEN, Verdict.OK, 24): 1,
    }
