"""Damaged files of observations: each kind is named and set aside, and its unit is read again."""

import os
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import builders
from support.damages import (
    AHEAD,
    cut,
    date_ahead,
    empty,
    make_newer,
    rewrite,
    take_copy,
    turn_a_bit,
    write_text,
)
from support.rights import as_everybody
from support.two_repositories import AGAIN, BIRDS, FILE

from flows import damage
from pipelines.folders import Folders
from pipelines.landing.harvest import Harvest, check_empty, land
from pipelines.landing.runs import begin_run
from pipelines.landing.schemas import COUNTS
from pipelines.landing.stored import OTHER_FILE, DamagedFile, damaged_files, latest_count_file, stored_visits
from pipelines.landing.sweep import sweep
from pipelines.model import Source, Verdict, Visit


def write_other_table(path):
    pq.write_table(pa.table({"one": [1]}), path)


def as_text(table):
    column = table.schema.get_field_index("parents")
    return table.set_column(column, "parents", table["parents"].cast(pa.string()))


DAMAGES = {
    "it is cut off or damaged": cut,
    "it is empty": empty,
    "it is no Parquet file": write_text,
    "it is not the file of this unit": write_other_table,
    "it has format 2, and this version of stackrank reads formats up to 1": make_newer,
    "it states no version of its format": lambda path: rewrite(path, format="new"),
    "its verdict is not known: 'puzzled'": lambda path: rewrite(path, visit={"verdict": "puzzled"}),
    "it is no visit that can be read: url": lambda path: rewrite(path, visit={"url": 5}),
    "its time has no zone": lambda path: rewrite(path, visit={"seen_at": "2026-03-20T03:00:00"}),
    f"it is dated after now: {AHEAD:%Y-%m-%d %H:%M} UTC": date_ahead,
    "it has rows of a kind that this version of stackrank does not know": lambda path: rewrite(path, rows="reviews"),
    "its column hash is missing": lambda path: rewrite(path, lambda table: table.drop_columns(["hash"])),
    "its column parents has values of another kind": lambda path: rewrite(path, as_text),
}


@pytest.mark.parametrize("reason", DAMAGES, ids=range(len(DAMAGES)))
def test_each_kind_of_damage_is_named_and_set_aside(landed, reason):
    DAMAGES[reason](landed.data / FILE)
    damaged = (landed.data / FILE).read_bytes()
    said = [f"{FILE}: cannot be read ({reason}); {AGAIN}"]
    assert [*damage.format_lines(damage.find_damage(landed, [BIRDS]))] == said
    assert list(stored_visits(landed.observations)) == [("birds", "core", "birds/two")]
    sweep(landed)
    assert not (landed.data / FILE).exists()
    assert (landed.set_aside / FILE).read_bytes() == damaged
    assert [*damage.format_lines(damage.find_damage(landed, [BIRDS]))] == said, "as long as its unit is missing"
    (landed.set_aside / FILE).unlink()
    assert damage.find_damage(landed, [BIRDS]) == []


def test_what_a_newer_version_adds_is_kept_and_read_over(landed):
    rewrite(landed.data / FILE, lambda t: t.append_column("mood", pa.array(["sunny"] * len(t))), visit={"mood": "x"})
    assert damage.find_damage(landed, [BIRDS]) == []
    assert len(stored_visits(landed.observations)) == 2


def test_a_bit_that_turned_within_the_rows_is_found(landed):
    turn_a_bit(landed.data / FILE)
    assert damage.find_damage(landed, [BIRDS]) == [], "the footer says nothing of it"
    sweep(landed)
    (problem,) = damage.find_damage(landed, [BIRDS])
    assert problem.what == f"{FILE}: cannot be read (it is cut off or damaged)"


def test_a_file_that_may_not_be_read_is_named(landed):
    (landed.data / FILE).chmod(0)
    with as_everybody():
        (line,) = damage.format_lines(damage.find_damage(landed, [BIRDS]))
    assert line == f"{FILE}: cannot be read (permission denied); {AGAIN}"


def test_a_file_that_the_system_refuses_is_named_for_root_too(landed):
    (landed.data / FILE).unlink()
    (landed.data / FILE).symlink_to("one.parquet")
    assert damaged_files(landed.observations)[0].reason == "too many levels of symbolic links"


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
@pytest.mark.parametrize("place", [FILE, "visits/birds/core/2025-01.jsonl", "visits/birds/core/plan.json"])
def test_a_folder_or_a_pipe_in_the_place_of_a_file_is_named_and_set_aside(landed, make, place):
    (landed.data / place).unlink(missing_ok=True)
    make(landed.data / place)
    assert [problem.what.partition(":")[0] for problem in damage.find_damage(landed, [BIRDS])] == [place]
    sweep(landed)
    assert not (landed.data / place).exists()
    assert (landed.set_aside / place).exists()


def test_a_file_in_the_place_of_another_unit_counts_nothing_twice(landed):
    take_copy(landed.data / FILE)
    assert damaged_files(landed.observations) == [DamagedFile(landed.data / FILE, OTHER_FILE)]
    assert list(stored_visits(landed.observations)) == [("birds", "core", "birds/two")]


def test_nothing_found_is_no_zero_where_something_damaged_was_held(landed):
    cut(landed.data / FILE)
    empty = builders.visit(BIRDS, "birds/one", Verdict.EMPTY, observations=0)
    other = builders.visit(BIRDS, "birds/three", Verdict.EMPTY, observations=0)
    assert check_empty(landed, empty).verdict == Verdict.SHRUNK
    assert check_empty(landed, other) is other


def test_counts_fall_back_to_the_newest_day_that_can_be_read(tmp_path):
    where = Folders(tmp_path, tmp_path, tmp_path)
    source = Source("birds", "github", "github", (), date(2025, 1, 1), "Invented.")
    for day in ("2026-03-01", "2026-03-02"):
        visit = Visit("birds", "github", "github", f"a__b-{day}", "", datetime(2026, 3, 2, tzinfo=UTC), Verdict.OK)
        batch = pa.RecordBatch.from_pylist([{"measure": "stars", "value": 1}], schema=COUNTS)
        land(where, Harvest(visit, 0.0, COUNTS, [batch], []))
    cut(where.observations / "birds/github/a__b-2026-03-02.parquet")
    assert latest_count_file(where.observations, source, "a__b").unit == "a__b-2026-03-01"
    (problem,) = damage.find_damage(where, [source])
    assert problem.fix.startswith("no source states the counts of a past day again")
    again = pa.RecordBatch.from_pylist([{"measure": "stars", "value": 2}], schema=COUNTS)
    assert land(where, Harvest(visit, 0.0, COUNTS, [again], [])).verdict == Verdict.OK
    begin_run()
    assert damage.find_damage(where, [source]) == []
    assert (where.set_aside / "observations/birds/github/a__b-2026-03-02.parquet").exists()


def test_a_foreign_file_of_no_unit_is_never_read_again(landed):
    write_text(landed.observations / "birds/core/birds/notes.parquet")
    (problem,) = damage.find_damage(landed, [BIRDS])
    assert problem.what == "observations/birds/core/birds/notes.parquet: cannot be read (it is no Parquet file)"
    assert problem.fix == damage.RESTORE
