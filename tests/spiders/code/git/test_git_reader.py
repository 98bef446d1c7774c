"""The reader of git's log gives the same rows in any chunking, and what breaks off lands nothing."""

from datetime import UTC, datetime
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.git_house import KEYED

from flows.demo import places
from pipelines.folders import Folders
from pipelines.landing.harvest import Harvest, land
from pipelines.landing.schemas import COMMITS
from pipelines.landing.visits import read_visits
from pipelines.model import Verdict, Visit
from pipelines.rules.bots_commits import load_commit_bots
from spiders.code.git_log import commits, log
from spiders.code.project_list import repositories


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"just words",
        b"- a\n- b\n",
        b"a: b",
        b"{",
        b"\xff\xfe\x00",
        b"a: {deliverables: {b: {repos: 7}}}",
        b"a: !x y",
    ],
)
def test_a_page_that_is_no_list_of_repositories_raises(page):
    with pytest.raises(ValueError, match="list of repositories"):
        repositories(page)


@pytest.fixture(scope="module")
def recorded(house) -> bytes:
    return b"".join(log(house.clone("odd")))


def read(*chunks: bytes) -> pa.Table:
    return pa.Table.from_batches(commits(chunks, KEYED, load_commit_bots()), schema=COMMITS).combine_chunks()


@pytest.mark.long
@settings(max_examples=40, deadline=None, database=None)
@given(data=st.data())
def test_the_reader_gives_the_same_rows_in_any_chunking(recorded, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(recorded)), max_size=40)))
    ends = [0, *cuts, len(recorded)]
    assert read(*(recorded[a:b] for a, b in pairwise(ends))).equals(read(recorded))


@pytest.mark.long
def test_the_reader_gives_the_same_rows_byte_by_byte(recorded):
    assert read(*(recorded[i : i + 1] for i in range(len(recorded)))).equals(read(recorded))
    assert read(recorded).num_rows == 18
    assert read().num_rows == 0


@pytest.mark.long
@settings(max_examples=40, deadline=None, database=None)
@given(data=st.data())
def test_a_stream_that_is_cut_inside_a_commit_raises(recorded, data):
    cut = data.draw(st.integers(1, len(recorded) - 1))
    if recorded[:cut].count(b"\0") % 9 or not recorded[:cut].endswith(b"\0"):
        with pytest.raises(ValueError, match="cut off"):
            read(recorded[:cut])
    else:
        assert read(recorded[:cut]).num_rows == recorded[:cut].count(b"\0") // 9


@pytest.mark.parametrize(
    "garbage",
    [b"fatal: no", b"\0" * 9, b"a\0" * 9, b"\xff\0" * 900, b"0" * 40 + b"\n" + b"\0" * 9, b"g" * 40 + b"\0" * 9],
)
def test_garbage_raises(garbage):
    with pytest.raises(ValueError, match=r"without a hash|cut off"):
        read(garbage)


def test_a_log_that_git_refuses_raises(tmp_path):
    places.git(tmp_path / "none.git", "init", "--quiet", "--bare")
    with pytest.raises(OSError, match="git log"):
        list(log(tmp_path / "none.git"))


def harvest(recorded: bytes, error: Exception | None = None) -> Harvest:
    def batches():
        yield from commits([recorded], KEYED, load_commit_bots())
        if error:
            raise error

    visit = Visit(
        "birds", "core", "git", "birds/odd", "git+http://x/birds/odd", datetime(2026, 1, 2, tzinfo=UTC), Verdict.OK
    )
    return Harvest(visit, 0.0, COMMITS, batches(), [])


@pytest.fixture
def landed_once(recorded, tmp_path):
    """A data folder that holds one harvest."""
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    assert land(where, harvest(recorded)).verdict == "ok"
    return where, where.observations / "birds/core/birds/odd.parquet"


@pytest.mark.long
@pytest.mark.parametrize(
    "error",
    [ValueError("cut, says jane@example.org"), OSError("disk full"), pa.ArrowInvalid("no such column")],
    ids=repr,
)
def test_a_harvest_that_breaks_off_changes_nothing_but_the_visits(landed_once, recorded, error):
    where, file = landed_once
    before = file.read_bytes()
    visit = land(where, harvest(recorded, error))
    assert visit.verdict == "failed"
    assert visit.reason.startswith("the reading stopped: ")
    assert "jane" not in visit.reason
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]
    assert [v.verdict for v in read_visits(where.visits)] == ["ok", "failed"]


@pytest.mark.long
def test_a_mistake_of_ours_is_a_failed_visit_without_its_words_and_leaves_no_draft(landed_once, recorded):
    where, file = landed_once
    before = file.read_bytes()
    visit = land(where, harvest(recorded, KeyError("Jane Invented")))
    assert (visit.verdict, visit.reason) == ("failed", "the reading stopped: KeyError")
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.long
def test_a_torn_line_of_visits_is_passed_over_and_ended(landed_once, recorded):
    where, _ = landed_once
    (file,) = where.visits.rglob("*.jsonl")
    with file.open("ab") as visits:
        visits.write(b'{"community": "bi')
    land(where, harvest(recorded))
    assert [v.verdict for v in read_visits(where.visits)] == ["ok", "ok"]
