"""What `status` says for monitoring: whether the last good run is recent enough, by what is published."""

import os
import subprocess
import sys
from datetime import date, timedelta

import duckdb
import pytest
from support import machine
from support.machine import LIVE, NOW, declare, make_database, publish, source, visit, visit_to

from flows import status
from flows.cli import main
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.visits import log_visit, save_plan
from pipelines.model import UNREADABLE, Plan, Source, Verdict, Visit
from reports.checked import update_last_checked


@pytest.fixture
def where(tmp_path, monkeypatch) -> Folders:
    return machine.with_a_wren(tmp_path, monkeypatch)


def monitored(capsys, age: str = "48h") -> tuple[int, list[str]]:
    ended = main(["status", "--max-age", age])
    told = capsys.readouterr()
    assert (told.err == "") == (ended == 0)
    return ended, (told.out + told.err).splitlines()


WHY = "what failed, and why: uv run stackrank status"


def at(hours: int) -> str:
    return f"{NOW - timedelta(hours=hours):%Y-%m-%d %H:%M} UTC ({hours} h ago)"


def test_status_before_the_first_night(where, capsys):
    assert monitored(capsys) == (3, [
        "no good run in the last 48 h: there was none",
        "  wren/core: never fetched",
        "  database: not built yet",
        "  the page: never written",
        WHY,
    ])  # fmt: skip
    assert not where.data.exists()
    assert main(["status"]) == 3
    assert capsys.readouterr().out.splitlines() == [
        "wren/core                0 units good, 0 failed; never fetched", "database: not built yet",
    ]  # fmt: skip


@pytest.mark.long
def test_r13_status_is_the_dead_mans_check_on_a_real_command_line(where):
    declare(where.communities, wren=LIVE, finch=LIVE)
    command = [sys.executable, "-m", "flows.cli", "status", "--max-age"]
    for unit in ("birds/wren", "birds/finch"):
        visit(where, unit, 47)
    publish(where, 45)
    well, late = (
        subprocess.run([*command, age], cwd=CHECKOUT, capture_output=True, text=True, check=False)
        for age in ("2d", "46h")
    )
    assert (well.returncode, well.stdout, well.stderr) == (0, f"last good run: {at(47)}\n", "")
    assert (late.returncode, late.stdout) == (3, "")
    assert late.stderr.splitlines() == [
        f"no good run in the last 46 h: the last was {at(47)}",
        f"  finch/core: last fetched {at(47)}",
        f"  wren/core: last fetched {at(47)}",
        WHY,
    ]


def test_r13_a_good_night_saw_every_source_well(where, capsys):
    declare(where.communities, wren=LIVE, finch=LIVE)
    publish(where, 1)
    visit(where, "birds/wren", 2)
    visit(where, "birds/finch", 2, Verdict.REFUSED, reason="no")
    assert monitored(capsys)[1][:2] == [
        "no good run in the last 48 h: there was none", "  finch/core: never fetched",
    ]  # fmt: skip
    visit(where, "birds/finch", 50, Verdict.EMPTY)
    assert monitored(capsys) == (3, [
        f"no good run in the last 48 h: the last was {at(50)}", f"  finch/core: last fetched {at(50)}", WHY,
    ])  # fmt: skip
    visit(where, "birds/finch", 20, Verdict.UNCHANGED)
    assert monitored(capsys) == (0, [f"last good run: {at(20)}"]), "it failed since, and was seen well before"
    assert main(["status"]) == 3, "the table tells of the failure at once"
    assert "  birds/finch: refused: no" in capsys.readouterr().out


@pytest.mark.long
def test_a_night_is_judged_by_what_is_published(where, capsys):
    visit(where, "birds/wren", 2, observations=12)
    publish(where, 1)
    assert monitored(capsys) == (
        3,
        ["no good run in the last 48 h: there was none", "  wren/core: not in the database", WHY],
    )
    assert main(["status"]) == 3
    assert "wren/core                is not in the database; build it again" in capsys.readouterr().out
    make_database(where.database, "wren/core")
    assert monitored(capsys)[0] == 0
    (where.site / "index.html").write_text("<html> half a page")
    assert monitored(capsys)[1][1:] == ["  the page: never written", WHY]
    where.database.write_text("no database")
    assert f"  database: {where.database} cannot be opened" in monitored(capsys)[1][1]
    make_database(where.database, "wren/core")
    with duckdb.connect(str(where.database)) as con:
        con.execute("drop table raw.build")
    assert monitored(capsys)[1][1] == f"  database: {where.database} is no database of stackrank"


def test_one_unit_of_many_is_missed(where, capsys):
    file = where.communities / "wren.toml"
    file.write_text(file.read_text().replace('/wren"]', '/wren", "git+https://forge.example.org/birds/lark"]'))
    publish(where, 1)
    visit(where, "birds/wren", 2)
    lark = visit_to("birds/lark", 70)
    log_visit(where.visits, Visit(**{**vars(lark), "community": "wren"}))
    assert monitored(capsys)[1][1] == f"  wren/core: 1 of 2 units are late, first birds/lark: last fetched {at(70)}"
    plan = Plan("wren", "core", NOW, ("birds/wren", "birds/lark"), ("birds/lark",), "later")
    save_plan(where.visits, plan)
    assert monitored(capsys)[0] == 0, "what the plan leaves for another night is not missed"
    save_plan(where.visits, Plan("wren", "core", NOW, ("birds/wren", "birds/new"), ("birds/lark",)))
    assert monitored(capsys)[1][1] == "  wren/core: 1 of 2 units are late, first birds/new: never fetched"


def test_a_night_without_a_page_is_no_good_one_and_a_quiet_one_is(where, capsys):
    visit(where, "birds/wren", 1, Verdict.UNCHANGED)
    publish(where, 90)
    assert monitored(capsys) == (3, [
        f"no good run in the last 48 h: the last was {at(90)}", f"  the page: written {at(90)}", WHY,
    ])  # fmt: skip
    where.database.touch()
    os.utime(where.database, (0, 0))
    update_last_checked(where, "Visited again.")
    assert monitored(capsys) == (0, [f"last good run: {at(1)}"]), "a quiet night leaves the database as it was"


def test_what_is_switched_off_or_cannot_be_read_is_not_waited_for(where):
    off = [source("wren"), source("finch", enabled=False), Source("lark", "list", UNREADABLE, (), date(2024, 1, 1), "")]
    visit(where, "birds/wren", 1)
    publish(where, 0)
    found = status.read_status(where, off)
    assert [each.source.id for each in found.sources] == ["wren/core"]
    assert status.format_overdue(found, timedelta(hours=2), NOW) == []


@pytest.mark.parametrize("age", ["48", "0h", "-1h", "h", "2w", "1.5d", "48 h", ""])
def test_an_age_is_hours_or_days(age, where, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["status", f"--max-age={age}"])
    assert ended.value.code == 2
    assert "such as 48h or 2d" in capsys.readouterr().err


def test_a_damaged_ledger_of_editions_is_named(where, capsys):
    where.editions.mkdir(parents=True)
    ledger = where.editions / "ledger.jsonl"
    ledger.write_bytes(b"\xff\x00")
    assert f"{ledger} cannot be read; put it back from a copy" in monitored(capsys)[1]
    main(["doctor"])
    assert f"{ledger} cannot be read; put it back from a copy" in capsys.readouterr().out
