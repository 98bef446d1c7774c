"""Builds, collects and nights of a damaged data folder: damage is a gap, the rest stands, the next run is whole."""

import importlib
from datetime import date

import pyarrow.parquet as pq
import pytest
from support import builders
from support.damages import (
    cut,
    cut_pack,
    date_ahead,
    empty,
    make_newer,
    take_copy,
    tear_last_line,
    turn_a_bit,
    write_text,
)
from support.nights import dice
from support.tables_on_demand import ask
from support.two_repositories import AGAIN, BIRDS, FILE, make_repository

from flows import unchanged
from flows.cli import main
from flows.commands.collect import print_result
from flows.results import CollectResult
from pipelines.catalogue.load import load_catalogue
from pipelines.landing.visits import log_visit
from pipelines.model import Source, Verdict


def seen(where):
    return dict(ask(where, "select month, state from core.coverage where community = 'birds'"))


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


@pytest.mark.long
def test_a_collect_reads_the_whole_unit_again(where, capfd):
    for name in ("one", "two"):
        make_repository(where.data.parent, name)
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
        make_repository(top, name)
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
