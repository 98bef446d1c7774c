"""The checks of a build: each finds its mistake, and what one refuses is not published."""

from datetime import date

import pyarrow as pa
import pytest
from support.builders import SEEN, TODAY, community, land, monthly, source

from pipelines.folders import Folders
from pipelines.landing import harvest
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import COMMITS
from pipelines.model import Verdict, Visit
from pipelines.warehouse import build, query
from pipelines.warehouse.build import CHECKS, CheckFailedError, _check, build_database

SPOILT = {
    "a rank or a reason": "update rankings.monthly set rank = 1, reason_code = 'both'",
    "commit hashes are counted once": "insert into core.commits from core.commits limit 1",
    "every count has a measure and stands once": "insert into core.counts (source, measure) values "
    "('a', 'b'), ('a', 'b')",
    "every landed row is loaded": "update raw.units set observations = observations + 1",
    "every message is stored or quarantined": "insert into core.quarantine (source) values ('core')",
    "messages are of people or of bots": "insert into definitions.messages (messages, messages_with_bots) "
    "values (1, 3)",
    "metrics add up to the commits": "update metrics.counts set value = value + 1 where metric = 'commits'",
    "missing is never a number": "update metrics.monthly set value = 0 where state = 'not_applicable'",
    "no address is stored": "update raw.visits set reason = 'said jane@example.org'",
    "nobody is ranked alone": "update rankings.monthly set rank = 1, reason_code = null",
    "one pseudonym key only": "insert into raw.units select * replace ('k2' as key_id) from raw.units",
    "people who never merge are two": "insert into raw.never_merge (community, one, other) "
    "select community, account_key, account_key from core.people",
    "people are at most commits": "update definitions.commits set code_people = commits + 1",
    "ranks lie in their sets": "update rankings.monthly set rank_low = 1, rank_high = null",
    "scores are the sum of their components": "update rankings.components set contribution = contribution + 1",
    "the value lies between its bounds": "update metrics.monthly set low = value + 1 where metric = 'commits'",
    "a stock has no level": "update metrics.definitions set kind = 'stock' where metric = 'commits'",
    "a partial past enters no level": "update metrics.monthly set state = 'partial' where metric = 'new_people'",
    "weights add up to one": "delete from rankings.components where metric = 'new_people'",
    "who is firmly ahead is said to be ahead": "insert into rankings.pairs (as_of, family, ahead, "
    "behind, firm, word) values ('2026-01-01', 'code', 'a', 'b', true, 'probably ahead')",
    "wider definitions count no less": "update definitions.commits set commits = commits_with_all + 1",
}


def test_every_check_has_a_case_here():
    assert set(SPOILT) == {path.stem.replace("_", " ") for path in CHECKS.glob("*.sql")}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What is said of one database that was spoilt in each of these ways before it was checked."""
    top, said, sound = tmp_path_factory.mktemp("spoilt"), {}, _check
    where, of = Folders(top / "data", top / "communities", top / "site"), source("birds", until=date(2026, 1, 31))
    land(where, of, "birds/one", monthly(1, range(13)))

    def spoilt(con):
        sound(con)
        con.execute("commit")
        for check, mistake in SPOILT.items():
            con.execute("begin")
            con.execute(mistake)
            with pytest.raises(CheckFailedError) as complaint:
                sound(con)
            said[check] = str(complaint.value)
            con.execute("rollback")
        con.execute("begin")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(build, "_check", spoilt)
        build_database(where, [community("birds", of)], TODAY)
    return said


@pytest.mark.long
@pytest.mark.parametrize("check", SPOILT)
def test_a_check_finds_what_it_is_for(found, check):
    assert f"{check}: (" in found[check]


@pytest.mark.long
def test_nothing_is_published_that_a_check_refuses(where, monkeypatch):
    of = source("birds", until=date(2026, 1, 31))
    land(where, of, "birds/one", monthly(1, range(13)))
    build_database(where, [community("birds", of)], TODAY)
    before, sound = where.database.read_bytes(), _check
    monkeypatch.setattr(build, "_check", lambda con: (con.execute(SPOILT["a rank or a reason"]), sound(con)))
    with pytest.raises(CheckFailedError, match="a rank or a reason"):
        build_database(where, [community("birds", of)], TODAY, full=True)
    assert where.database.read_bytes() == before
    assert [p.name for p in where.data.iterdir() if "duckdb" in p.name] == ["stackrank.duckdb"]


@pytest.mark.long
def test_harvests_of_two_keys_are_not_mixed(where):
    birds, bees = source("birds"), source("bees")
    land(where, birds, "birds/one", monthly(1, range(3)))
    rows = pa.RecordBatch.from_pylist(monthly(500, range(3)), schema=COMMITS)
    other = Visit("bees", "core", "git", "bees/one", "git+https://x/", SEEN, Verdict.OK, key_id="k2")
    harvest.land(where, Harvest(other, 0.0, COMMITS, [rows], []))
    build_database(where, [community("birds", birds), community("bees", bees)], TODAY)
    with query.open_database(where.database) as database:
        assert database.ask("select distinct community from core.commits").num_rows == 1
        assert database.ask("select distinct key_id from raw.other_keys").num_rows == 1
