"""Damaged files of observations: named, left out as gaps, read again; the rest goes on."""

import importlib
import json
import os
import subprocess
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support import builders
from support.damages import (
    AHEAD,
    cut,
    cut_pack,
    date_ahead,
    empty,
    make_newer,
    rewrite,
    take_copy,
    tear_last_line,
    turn_a_bit,
    write_text,
)
from support.nights import dice
from support.tables_on_demand import ask

from flows import damage, locks, unchanged
from flows.cli import main
from flows.commands.collect import print_result
from flows.results import CollectResult
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders, folders
from pipelines.landing.runs import begin_run
from pipelines.landing.schemas import COUNTS
from pipelines.landing.store import Harvest, check_empty, land
from pipelines.landing.stored import OTHER_FILE, DamagedFile, damaged_files, latest_count_file, stored_visits
from pipelines.landing.sweep import sweep
from pipelines.landing.visits import log_visit, read_plans, read_visits
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.decisions import record_key_rotation, rotated_keys

BIRDS = Source("birds", "core", "git", (), date(2025, 1, 15), "Invented.")
FILE = "observations/birds/core/birds/one.parquet"
AGAIN = "the next collect reads its unit again"
COMMIT = ("-c", "user.name=Ann Wren", "-c", "user.email=ann@example.org", "commit", "--quiet", "--allow-empty")


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


def test_single_lines_of_visits_are_set_aside_and_the_others_stay(landed):
    (file,) = landed.visits.rglob("*.jsonl")
    first, second = file.read_bytes().splitlines()
    ahead = json.dumps(json.loads(first) | {"seen_at": AHEAD.isoformat()}).encode()
    newer = json.dumps(json.loads(first) | {"format": 2}).encode()
    other = json.dumps(json.loads(first) | {"community": "fish"}).encode()
    unusable = [ahead, newer, other, first[:50], b"\xff\x00", b"[]", b'{"unit": 1}']
    file.write_bytes(b"\n".join([first, *unusable, second + b"\n"]))
    assert [visit.unit for visit in read_visits(landed.visits)] == ["birds/one", "birds/two"]
    begin_run()
    sweep(landed)
    assert file.read_bytes().splitlines() == [first, second]
    assert (landed.set_aside / file.relative_to(landed.data)).read_bytes().splitlines() == unusable
    (problem,) = damage.find_damage(landed, [BIRDS])
    name = file.relative_to(landed.data)
    said = f"{name}: cannot be read (7 of 9 lines: it is dated after now: {AHEAD:%Y-%m-%d %H:%M} UTC)"
    assert problem.what == said
    begin_run()
    assert damage.find_damage(landed, [BIRDS]) == [], "the next run is whole again"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 2}', b'{"units": ["a"], "made_at": "soon"}'])
def test_a_plan_that_cannot_be_read_is_set_aside(landed, content):
    plan = landed.visits / "birds/core/plan.json"
    plan.write_bytes(content)
    assert list(read_plans(landed.visits)) == []
    sweep(landed)
    assert not plan.exists()
    assert (landed.set_aside / "visits/birds/core/plan.json").read_bytes() == content


def test_what_is_set_aside_twice_lies_there_twice(landed):
    for content in (b"one", b"two"):
        (landed.data / FILE).write_bytes(content)
        sweep(landed)
    assert [path.read_bytes() for path in sorted((landed.set_aside / FILE).parent.iterdir())] == [b"one", b"two"]


def test_a_foreign_fingerprint_is_set_aside(landed):
    landed.fingerprint.write_bytes(b"\xff\xfe")
    sweep(landed)
    assert (landed.set_aside / "fingerprint").exists()


def test_a_line_about_a_rotated_key_can_be_lost_and_one_about_a_person_stops_the_build(landed, capsys):
    record_key_rotation(landed, "k0", date(2026, 1, 1))
    with (landed.data / "rotated-keys.jsonl").open("a") as file:
        file.write("torn")
    sweep(landed)
    assert rotated_keys(landed) == [("k0", date(2026, 1, 1))]
    assert (landed.set_aside / "rotated-keys.jsonl").read_text() == "torn\n"
    (landed.data / "opted-out.jsonl").write_text('{"key": "k1", "since": "20')
    assert main(["build"]) == 2
    assert "opted-out.jsonl: line 1: it is cut off or damaged; restore the file from your" in capsys.readouterr().err
    assert (landed.data / "opted-out.jsonl").exists()


def test_a_clock_that_is_behind_is_refused_because_all_that_is_held_would_be_set_aside():
    locks.check_clock(datetime.now(UTC))
    with pytest.raises(locks.WrongClockError, match="says 1970-01-01 00:00 UTC, which is before stackrank was"):
        locks.check_clock(datetime(1970, 1, 1, tzinfo=UTC))


def test_a_damaged_marker_of_a_demo_is_named(landed, capsys):
    landed.demo_marker.write_bytes(b"\xff")
    for command in ("build", "nightly", "collect"):
        assert main([command]) == 2
        assert "demo.json cannot be read, so nobody knows whether this is a demo" in capsys.readouterr().err


def repository(top, name):
    """A real repository of two commits, a month apart."""
    bare = top / "birds" / name
    bare.parent.mkdir(exist_ok=True)
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", bare], check=True)
    for month in (2, 3):
        moment = f"2025-{month:02}-10T12:00:00Z"
        at = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
        subprocess.run(["git", "-C", bare, *COMMIT, "--message=one"], env=os.environ | at, check=True)


@pytest.fixture
def where(tmp_path, monkeypatch) -> Folders:
    """A machine of its own, whose catalogue names two repositories."""
    for name in [name for name in os.environ if name.startswith(("STACKRANK_", "PREFECT_", "XDG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("STACKRANK_KEY", "5e" * 32)
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(tmp_path / "communities"))
    urls = [f"git+file://localhost{tmp_path}/birds/{name}" for name in ("one", "two")]
    (tmp_path / "communities").mkdir()
    (tmp_path / "communities/birds.toml").write_text(f"""name = "Birds"
homepage = "https://birds.example.org/"
born = 2025-01-15

[[sources]]
name = "core"
kind = "git"
urls = {urls}
since = 2025-01-15
why = "Invented."
""")
    return folders()


@pytest.fixture
def landed(where) -> Folders:
    """The two repositories, landed without a crawl."""
    for unit, first in (("birds/one", 1), ("birds/two", 1001)):
        builders.land(where, BIRDS, unit, builders.monthly(first, range(6)), key_id=None)
    return where


def seen(where):
    return dict(ask(where, "select month, state from core.coverage where community = 'birds'"))


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


@pytest.mark.long
def test_a_build_leaves_the_damaged_unit_out_as_a_gap(landed, capsys):
    cut(landed.data / FILE)
    assert main(["build"]) == 3
    said = capsys.readouterr().err
    assert f"{FILE}: cannot be read (it is cut off or damaged); {AGAIN}" in said
    assert said.count(FILE) == 1, "each file is named once"
    assert ask(landed, "select distinct repository from core.commits") == [("birds/two",)]
    assert seen(landed)[date(2025, 3, 1)] == "partial", "half of the repositories were not seen"


@pytest.mark.long
def test_a_month_is_a_gap_and_no_zero_where_all_is_damaged(landed):
    fish = Source("fish", "core", "git", (), date(2025, 1, 15), "Invented.")
    birds = (landed.communities / "birds.toml").read_text()
    (landed.communities / "fish.toml").write_text(birds.replace("Birds", "Fish").replace("/birds/", "/fish/"))
    builders.land(landed, fish, "fish/one", builders.monthly(2001, range(6)))
    for name in ("one", "two"):
        cut(landed.observations / f"birds/core/birds/{name}.parquet")
    log_visit(landed.visits, builders.visit(BIRDS, "birds/one", Verdict.UNCHANGED, observations=48))
    assert main(["build"]) == 3
    assert set(seen(landed).values()) - {"not_started"} == {"gap"}
    known = "select distinct value from metrics.monthly where community = 'birds' and metric = 'commits'"
    assert ask(landed, known) == [(None,)]


@pytest.mark.long
def test_a_build_of_damaged_files_only_keeps_what_is_published(landed, capsys):
    assert main(["build"]) == 0
    assert "cannot be read" not in capsys.readouterr().err
    assert seen(landed)[date(2025, 3, 1)] == "seen"
    published = landed.database.read_bytes()
    for name in ("one", "two"):
        cut(landed.observations / f"birds/core/birds/{name}.parquet")
    assert main(["build"]) == 4
    assert capsys.readouterr().err.count("; the next collect reads its unit again") == 2
    assert landed.database.read_bytes() == published


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_named(landed, capsys):
    (landed.data / FILE).chmod(0)
    assert main(["build"]) == 3
    assert f"{FILE}: cannot be read (permission denied); {AGAIN}" in capsys.readouterr().err


def test_a_file_that_the_system_refuses_is_named_for_root_too(landed):
    (landed.data / FILE).unlink()
    (landed.data / FILE).symlink_to("one.parquet")
    assert damaged_files(landed.observations)[0].reason == "too many levels of symbolic links"


def test_a_file_in_the_place_of_another_unit_counts_nothing_twice(landed):
    take_copy(landed.data / FILE)
    assert damaged_files(landed.observations) == [DamagedFile(landed.data / FILE, OTHER_FILE)]
    assert list(stored_visits(landed.observations)) == [("birds", "core", "birds/two")]


@pytest.mark.long
def test_a_collect_reads_the_whole_unit_again(where, capfd):
    for name in ("one", "two"):
        repository(where.data.parent, name)
    assert main(["collect", "--unit", "birds/one"]) == 0
    before = pq.read_table(where.data / FILE)
    cut(where.data / FILE)
    assert print_result(CollectResult((), ()), []) == 3, "what asks for other units leaves it damaged"
    assert f"{FILE}: cannot be read (it is cut off or damaged)\n" in capfd.readouterr().err
    assert main(["collect"]) == 3
    told = capfd.readouterr().err
    assert f"{FILE}: cannot be read (it is cut off or damaged); set aside: set-aside/{FILE}" in told
    assert f"kept: the unit, which was read again; the file lies in set-aside/{FILE}" in told
    assert pq.read_table(where.data / FILE).equals(before)
    assert before.num_rows == 2
    assert main(["collect"]) == 0
    assert (where.set_aside / FILE).exists()


@pytest.mark.long
def test_doctor_and_status_name_the_file(landed, capsys):
    cut(landed.data / FILE)
    line = f"{FILE}: cannot be read (it is cut off or damaged); {AGAIN}"
    assert main(["status"]) == 3
    assert line in capsys.readouterr().out.splitlines()
    assert main(["status", "--max-age", "48h"]) == 3
    assert line in capsys.readouterr().err.splitlines()
    assert main(["doctor"]) == 3
    assert f"BAD   {line}" in capsys.readouterr().out.splitlines()


@pytest.mark.long
def test_a_night_with_a_damaged_file_is_never_quiet(landed, monkeypatch):
    """A file each stands in for build and report, and no edition is due: a night decides without their content."""
    nightly = importlib.import_module("flows.nightly")
    monkeypatch.setattr(nightly, "close_after", lambda *_, **__: ((), []))
    landed.site.mkdir(parents=True)
    made = []
    for name, path in (("build_database", landed.database), ("write_report", landed.site / "index.html")):
        monkeypatch.setattr(nightly, name, lambda *_, path=path: made.append(path.name) or path.write_text("") or path)
    for name, path in (("built", landed.database), ("page", landed.site / "index.html")):
        path.write_text(name)
    declared = load_catalogue(landed.communities)
    unchanged.record(landed, nightly._read_inputs(declared))
    assert unchanged.is_up_to_date(landed, nightly._read_inputs(declared))
    cut(landed.data / FILE)
    unchanged.record(landed, nightly._read_inputs(declared))
    result = nightly._publish(declared, CollectResult((), ()))
    assert (result.up_to_date, result.exit_status, made) == (False, 3, [landed.database.name, "index.html"])
    assert f"failed: {FILE}: cannot be read (it is cut off or damaged)" in result.summary
    assert f"fix: {AGAIN}" in result.summary
    assert not unchanged.is_up_to_date(landed, nightly._read_inputs(declared))


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


OF_UNITS = (cut, empty, write_text, turn_a_bit, take_copy, make_newer, date_ahead)
NESTS = tuple(f"n{number}" for number in range(len(OF_UNITS) + 3))


def seen_by_people(where):
    """Return what depends on no clock: all commits, and the metrics of each month."""
    metrics = "select metric, month, value, state from metrics.monthly where month < '2026-01-01' order by all"
    return ask(where, "select * exclude (seen_at) from core.commits order by hash"), ask(where, metrics)


@pytest.mark.long
def test_ten_kinds_of_damage_at_random_are_named_and_the_next_run_is_whole_again(where, capfd):
    """Collect and build stand for the night: what they promise does not depend on Prefect."""
    random, top = dice(), where.data.parent
    for name in NESTS:
        repository(top, name)
    text = (where.communities / "birds.toml").read_text()
    urls = [f"git+file://localhost{top}/birds/{name}" for name in NESTS]
    (where.communities / "birds.toml").write_text("\n".join(
        f"urls = {urls}" if line.startswith("urls") else line for line in text.splitlines()
    ))  # fmt: skip
    assert (main(["collect"]), main(["build"])) == (0, 0)
    calm = seen_by_people(where)
    files = {name: where.observations / f"birds/core/birds/{name}.parquet" for name in NESTS}
    before = {name: path.read_bytes() for name, path in files.items()}
    hurt = random.sample(NESTS, len(OF_UNITS) + 1)
    for harm, name in zip(OF_UNITS, hurt, strict=False):
        harm(files[name])
    cut_pack(next(where.clones.rglob(f"{hurt[-1]}.git")))
    tear_last_line(random.choice(sorted(where.visits.rglob("*.jsonl"))))
    write_text(where.visits / "birds/core/plan.json")
    capfd.readouterr()
    assert main(["build"]) == 3
    said = capfd.readouterr().err
    assert main(["collect"]) == 3
    for name in set(NESTS) - {*hurt}:
        assert files[name].read_bytes() == before[name], "what was not damaged is as it was"
    for name in hurt[:-1]:
        assert f"observations/birds/core/birds/{name}.parquet: cannot be read" in said
        assert (where.set_aside / f"observations/birds/core/birds/{name}.parquet").exists()
    assert "plan.json: cannot be read" in said
    assert "jsonl: cannot be read (1 of " in said
    assert "clones/birds/core/birds/" in "".join(capfd.readouterr()) or any(where.set_aside.rglob("*.git"))
    assert (main(["collect"]), main(["build"])) == (0, 0)
    assert seen_by_people(where) == calm
