"""What the operator has: the contact rule, doctor, status for monitoring, and a schedule that is kept."""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import duckdb
import pytest
from support import nights

from flows import contact, doctor, doctor_git, doctor_key, locks, status
from flows.cli import main
from flows.demo import histories
from flows.demo.server import serve
from pipelines.folders import CHECKOUT, DemoMarker, Folders, folders, write_demo_marker
from pipelines.landing.schemas import SERIES
from pipelines.landing.store import Harvest, land
from pipelines.landing.visits import log_visit, save_plan
from pipelines.model import UNREADABLE, Plan, Source, Verdict, Visit
from reports import site

KEY = "5e" * 32
KEY_ID = "e19f11ecd4ea11fa"
LOGIN = "birds:of a feather"
NOW = datetime.now(UTC).replace(microsecond=0)
LIVE = "git+https://forge.example.org/birds/{}"
HERE = "git+http://127.0.0.1:9/birds/{}"


def source(name: str = "wren", url: str = LIVE, **facts) -> Source:
    return Source(name, "core", "git", (url.format(name),), date(2024, 1, 1), "", **facts)


@pytest.fixture
def where(tmp_path, monkeypatch) -> Folders:
    """A machine of its own: home, catalogue with one wren, and a data folder that is not there yet."""
    for name in [name for name in os.environ if name.startswith(("STACKRANK_", "PREFECT_", "XDG_"))]:
        monkeypatch.delenv(name)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(tmp_path / "communities"))
    declare(tmp_path / "communities", wren=LIVE)
    return folders()


def declare(catalogue: Path, **urls: str) -> None:
    shutil.rmtree(catalogue, ignore_errors=True)
    catalogue.mkdir()
    for name, url in urls.items():
        (catalogue / f"{name}.toml").write_text(nights.community_file(name, url.format(name)))


# The contact


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("ops@example.org", None),
        ("first.last+night@mail.example.org", None),
        ("https://example.org/who-we-are", None),
        (None, "STACKRANK_CONTACT is not set"),
        ("", "STACKRANK_CONTACT is not set"),
        ("nobody", "neither an email address nor an https url: 'nobody'"),
        ("ops@example", "neither"),
        ("http://example.org/", "neither"),
        ("ops@example.org\r\nX-Evil: 1", "neither"),
        ("Ops <ops@example.org>", "neither"),
    ],
)
def test_a_contact_is_an_address_or_a_page(given, complaint):
    told = contact.find_mistake({} if given is None else {"STACKRANK_CONTACT": given})
    assert (told is None) if complaint is None else (complaint in told)


@pytest.mark.parametrize(
    ("sources", "needs"),
    [
        ([source()], True),
        ([source(url=HERE)], False),
        ([source(url=HERE), source()], True),
        ([source(enabled=False)], False),
        ([source(url="git+https://127.0.0.1.example.org/birds/{}")], True),
        ([source(url="git+https://localhost@forge.example.org/birds/{}")], True),
        ([source(url="git+http://[::1]:9/birds/{}"), source(url="git+file://localhost/srv/{}")], False),
        ([Source("wren", "all", "git", (), date(2024, 1, 1), "", urls_from="http://127.0.0.1/list.yaml",
                 url_template="git+https://forge.example.org/{repository}")], True),
        ([Source("wren", "list", UNREADABLE, ("https://lists.example.org/",), date(2024, 1, 1), "")], False),
    ],
)  # fmt: skip
def test_only_what_is_visited_on_other_machines_needs_one(sources, needs):
    assert bool(contact.live_sources(sources)) is needs


@pytest.mark.parametrize("command", ["collect", "collect wren/core", "nightly", "schedule --cron @daily"])
def test_nobody_is_visited_without_a_contact(command, where, capsys):
    assert main(command.split()) == 2
    told = capsys.readouterr().err
    assert told.startswith("STACKRANK_CONTACT is not set. Nothing was visited: ")
    assert "export STACKRANK_CONTACT=you@example.org" in told
    assert not where.data.exists()


@pytest.mark.long
def test_what_is_on_this_machine_is_visited_without_one(where, monkeypatch, capfd):
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    bare = where.data.parent / "birds" / "finch.git"
    subprocess.run(["git", "init", "--quiet", "--bare", bare], check=True)
    declare(where.communities, wren=LIVE, finch=f"git+file://localhost{bare}")
    assert main(["collect", "finch/core"]) == 0
    assert capfd.readouterr().out == "1 fetched, 0 failed\n"


# Doctor


def found(capsys, status: int) -> dict[str, tuple[str, str]]:
    """What doctor tells: state and words by what was looked at."""
    assert main(["doctor"]) == status, capsys.readouterr().out
    lines = capsys.readouterr().out.splitlines()
    parts = [(line[:6].strip(), *line[6:].split(": ", 1)) for line in lines]
    assert {state for state, _, _ in parts} <= {"ok", "note", "BAD"}
    assert any(state == "BAD" for state, _, _ in parts) == (status == 3)
    return {about: (state, said) for state, about, said in parts}


def everything(top: Path) -> set[tuple[Path, int]]:
    return {(path, path.stat().st_mtime_ns) for path in top.rglob("*")}


def test_doctor_finds_nothing_bad_on_a_fresh_machine_and_makes_nothing(where, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("STACKRANK_CONTACT", "ops@example.org")
    before = everything(tmp_path)
    told = found(capsys, 0)
    assert everything(tmp_path) == before
    assert {about: state for about, (state, _) in told.items()} == {
        "git": "ok", "pseudonym key": "note", "data folder": "ok", "room": "ok", "Prefect": "ok", "database": "note",
        "contact": "ok", "last good run": "note", "sources": "note", "running commands": "ok",
        "stale files of killed runs": "ok",
    }  # fmt: skip
    assert told["pseudonym key"][1].startswith(f"there is none yet; the first run makes {tmp_path}/home/.config")
    assert told["sources"][1] == "1 of 1 were never fetched: wren/core; there was no run yet"
    assert "GB free" in told["data folder"][1]


@pytest.mark.long
def test_doctor_as_a_command_says_what_to_do(where):
    command = [sys.executable, "-m", "flows.cli", "doctor"]
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (3, "")
    (bad,) = [line for line in ended.stdout.splitlines() if line.startswith("BAD")]
    assert bad.startswith("BAD   contact: STACKRANK_CONTACT is not set. Set it to ")


def fake_git(folder: Path, script: str) -> str:
    """A folder with a git that is another one; the real one is `$git` in its script."""
    folder.mkdir()
    git = folder / "git"
    git.write_text(f"#!/bin/bash\ngit={shutil.which('git')}\n{script}\n")
    git.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


FORGETFUL = 'kept=(); for one in "$@"; do [[ $one == --filter* ]] || kept+=("$one"); done; exec $git "${kept[@]}"'


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('[ "$1" != version ] && exec $git "$@"; echo git version 2.31.9', "2.31.9 is too old; install a git of 2.32 "),
        (FORGETFUL, " ignores --filter: it clones blob and tree objects too; install"),
        ('[ "$1" != --exec-path ] && exec $git "$@"; echo /nowhere', " cannot speak https; install"),
        (
            '[ "$1" != clone ] && exec $git "$@"; echo "fatal: no" >&2; exit 128',
            "a clone without files failed: fatal: no",
        ),
    ],
)
def test_doctor_tries_git(script, said, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", fake_git(tmp_path / "bin", script))
    finding = doctor_git.check_git()
    assert finding.state == "BAD"
    assert said in finding.text


def test_doctor_knows_the_version_that_git_names(tmp_path, monkeypatch):
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "is not installed" in str(doctor_git.check_git())
    monkeypatch.undo()
    script = '[ "$1" != version ] && exec $git "$@"; echo git version 3.0'
    monkeypatch.setenv("PATH", fake_git(tmp_path / "bin", script))
    assert str(doctor_git.check_git()) == "ok    git: 3.0, can clone commits without files"


def hold(where: Folders, key_id: str) -> None:
    """Land one unit that was read under a key."""
    visit = told("birds/wren", 1, key_id=key_id)
    land(where, Harvest(visit, 0.1, SERIES, [], []))


def test_doctor_tells_the_keys_id_and_never_the_key(where, monkeypatch):
    file = where.data.parent / "home/.config/stackrank/pseudonym.key"
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    assert str(doctor_key.check_key(where)) == f"ok    pseudonym key: its id is {KEY_ID} (in STACKRANK_KEY)"
    monkeypatch.setenv("STACKRANK_KEY", KEY[:-1])
    assert str(doctor_key.check_key(where)) == "BAD   pseudonym key: STACKRANK_KEY must hold 64 hexadecimal digits"
    monkeypatch.delenv("STACKRANK_KEY")
    file.parent.mkdir(parents=True)
    file.write_text(KEY)
    file.chmod(0o640)
    assert (
        str(doctor_key.check_key(where)) == f"BAD   pseudonym key: {file} can be read by others; run: chmod 600 {file}"
    )
    file.chmod(0o600)
    assert (
        str(doctor_key.check_key(where)) == f"ok    pseudonym key: its id is {KEY_ID} (in {file}, for its owner only)"
    )
    hold(where, KEY_ID)
    assert doctor_key.check_key(where).state == "ok"
    hold(where, "0" * 16)
    assert doctor_key.check_key(where).state == "note"
    assert f"written with another key ({'0' * 16}); the next run reads it again" in doctor_key.check_key(where).text
    file.unlink()
    assert doctor_key.check_key(where).state == "BAD"
    assert (
        f"{file} is missing, and stored data was written with it (id {'0' * 16}); restore it"
        in doctor_key.check_key(where).text
    )
    assert not file.exists()


Disk = namedtuple("Disk", "free")


def test_doctor_looks_for_room(where, monkeypatch):
    for free, state in ((20e9, "ok"), (9e9, "note"), (0.9e9, "BAD")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: Disk(free))
        assert doctor._space(where).state == state
        assert f"{where.data} has {free / 1e9:.1f} GB free" in doctor._space(where).text
    where.data.write_text("a file in its place")
    assert f"{where.data} cannot be written" in str(doctor._space(where))
    assert f"{where.data}/prefect cannot be written" in str(*doctor._prefect(where))


def test_doctor_looks_for_prefect(where, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    (finding,) = doctor._prefect(where)
    assert finding.state == "BAD"
    assert finding.text.startswith("no Prefect server answers at http://127.0.0.1:9/api")

    def gone(name):
        raise PackageNotFoundError

    monkeypatch.setattr(doctor, "version", gone)
    assert [str(finding) for finding in doctor._prefect(where)] == ["BAD   Prefect: is not installed; run: uv sync"]


def test_doctor_opens_the_database_and_reads_the_catalogue(where, monkeypatch, capsys):
    where.data.mkdir()
    where.database.write_text("no database")
    (where.communities / "wren.toml").write_text("name = 1")
    told = found(capsys, 3)
    assert told["database"][0] == told["catalogue"][0] == "BAD"
    assert f"{where.database} cannot be opened: " in told["database"][1]
    assert told["database"][1].endswith("if nothing has, delete it and run: uv run stackrank build")
    assert "wren.toml" in told["catalogue"][1]
    assert main(["sql", "select 1"]) == 2
    assert "cannot be opened" in capsys.readouterr().err


def test_doctor_tells_who_is_at_work_and_what_killed_runs_left(where, monkeypatch, capsys):
    monkeypatch.setenv("STACKRANK_CONTACT", "ops@example.org")
    ended = subprocess.Popen(["true"])
    ended.wait()
    draft = where.data / f".{where.database.name}.{ended.pid}"
    with locks.single_run(where, "stackrank build"):
        draft.write_text("half")
        told = found(capsys, 0)
        assert draft.exists()
    assert told["running commands"][0] == told["stale files of killed runs"][0] == "note"
    assert told["running commands"][1].startswith(f"process {os.getpid()} (stackrank build), started ")
    assert told["stale files of killed runs"][1] == f"1, such as {draft}; the next run removes them"
    assert found(capsys, 0)["running commands"] == ("ok", "none")


def test_doctor_tells_of_nights_that_went_wrong(where, monkeypatch, capsys):
    monkeypatch.setenv("STACKRANK_CONTACT", "ops@example.org")
    visit(where, "birds/wren", 60, Verdict.FAILED, reason="no answer")
    told = found(capsys, 3)
    assert told["sources"] == ("BAD", "1 of 1 were never fetched: wren/core; why: uv run stackrank status")
    assert told["last good run"] == (
        "BAD", "there was none that fetched every unit; what failed, and why: uv run stackrank status",
    )  # fmt: skip
    visit(where, "birds/wren", 50)
    publish(where, 49)
    told = found(capsys, 3)
    assert told["sources"] == ("ok", "all 1 were fetched at least once")
    assert (told["last good run"][0], "(50 h ago)" in told["last good run"][1]) == ("BAD", True)
    write_demo_marker(where, DemoMarker("Invented.", NOW.date()))
    assert found(capsys, 0)["last good run"][0] == "note"
    where.demo_marker.unlink()
    visit(where, "birds/wren", 2)
    publish(where, 1)
    assert found(capsys, 0)["last good run"][1] == f"{NOW - timedelta(hours=2):%Y-%m-%d %H:%M} UTC (2 h ago)"


# Status


def told(unit: str, hours: float, verdict: Verdict = Verdict.OK, **facts) -> Visit:
    name, url = unit.partition("/")[2] or "wren", f"git+https://forge.example.org/{unit}"
    return Visit(name, "core", "git", unit, url, NOW - timedelta(hours=hours), verdict, **facts)


def visit(where: Folders, unit: str, hours: float, verdict: Verdict = Verdict.OK, **facts) -> None:
    log_visit(where.visits, told(unit, hours, verdict, **facts))


def publish(where: Folders, hours: float) -> None:
    """Write a page as if that had been so many hours ago, and a database."""
    make_database(where.database)
    where.site.mkdir(parents=True, exist_ok=True)
    page = where.site / "index.html"
    page.write_text('<html><p class="quiet" id="again" hidden></p></html>')
    at = (NOW - timedelta(hours=hours)).timestamp()
    os.utime(page, (at, at))


def make_database(path: Path, *held: str) -> None:
    """Make what a database says of itself, with units of some sources."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute("create schema raw")
        con.execute(
            "create table raw.build as select now()::timestamp as built_at, current_date as last_complete_month"
        )
        con.execute("create table raw.units (community varchar, source varchar)")
        con.executemany("insert into raw.units values (?, ?)", [name.split("/") for name in held] or [[None, None]])


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
    lark = told("birds/lark", 70)
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
    site.update_last_checked(where, "Visited again.")
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


# The schedule


HEADERS = {
    "content-type": "application/json",
    "authorization": f"Basic {base64.b64encode(LOGIN.encode()).decode()}",
}


class Scheduler:
    """A `stackrank schedule` in a data folder, and its Prefect server; starts at once."""

    def __init__(self, house: nights.House) -> None:
        self.house = house
        command = [sys.executable, "-m", "flows.cli", "schedule", "--cron", "0 3 1 1 *"]
        self.process = subprocess.Popen(
            command, env=house.environment, cwd=CHECKOUT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.first = self.process.stdout.readline()
        self.url = self.first.split()[-1]

    def ask(self, path: str, body: dict | None = None):
        """Ask Prefect; where its database is busy it answers 503, and a client asks again."""
        data = None if body is None else json.dumps(body).encode()
        for _ in range(100):
            try:
                with urlopen(Request(self.url + path, data, HEADERS)) as answer:
                    return json.load(answer)
            except HTTPError as error:
                if error.code != 503:
                    raise
                time.sleep(0.2)
        pytest.fail(f"Prefect answered 503 for twenty seconds: {path}")

    def deployment(self) -> dict:
        """What Prefect knows of the schedule, as soon as it does."""
        while not (known := self.ask("/deployments/filter", {})):
            time.sleep(0.05)
        return known[0]

    def night(self) -> str:
        """Let a night begin now, as if it were time; return its id when it runs."""
        return self.reach(self.ask(f"/deployments/{self.deployment()['id']}/create_flow_run", {})["id"], "RUNNING")

    def reach(self, run: str, *states: str) -> str:
        while self.ask(f"/flow_runs/{run}")["state_type"] not in {*states, "COMPLETED", "FAILED", "CRASHED"}:
            time.sleep(0.05)
        return run


@pytest.fixture
def birds(tmp_path):
    """Two birds, served on loopback; the environment of a run that has no contact."""
    names = ("sparrow", "finch")
    sources = [source(name) for name in names]
    histories.generate(tmp_path / "served", sources, NOW.date())
    with serve(tmp_path / "served") as server:
        declare(tmp_path / "communities", **dict.fromkeys(names, f"git+{server.base_url}/forge.example.org/birds/{{}}"))
        yield nights.House(tmp_path / "data", tmp_path / "communities", STACKRANK_CONTACT="",
                               PREFECT_RUNNER_POLL_FREQUENCY="1", PREFECT_API_AUTH_STRING=LOGIN)  # fmt: skip


@pytest.fixture
def keeper(birds, prepared_prefect):
    prepared_prefect(birds.where.data)
    started = Scheduler(birds)
    yield started
    started.process.kill()
    started.process.communicate()


@pytest.mark.long
def test_a_schedule_is_kept_until_it_is_killed_and_nothing_stays_behind(birds, keeper, monkeypatch, capsys):
    assert keeper.first.startswith(
        "the nightly run starts at 0 3 1 1 * UTC until this is stopped; Prefect answers at http://127"
    )
    (kept,) = keeper.deployment()["schedules"]
    assert (kept["schedule"]["cron"], kept["schedule"]["timezone"], kept["active"]) == ("0 3 1 1 *", "UTC", True)
    for name, value in birds.environment.items():
        monkeypatch.setenv(name, value)
    assert main(["schedule", "--cron", "0 4 * * *"]) == 2
    refused = f"refused: process {keeper.process.pid} (stackrank schedule), started "
    assert refused in capsys.readouterr().err

    night = keeper.reach(keeper.night())
    assert keeper.ask(f"/flow_runs/{night}")["state_type"] == "COMPLETED"
    assert keeper.process.stdout.readline() == "2 fetched, 0 failed\n"
    assert keeper.process.stdout.readline() == f"page: {birds.where.site / 'index.html'}\n"
    for command in (["status", "--max-age", "1h"], ["build"], ["sql", "from raw.build"]):
        assert main(command) == 0, "between nights others may be at work"

    keeper.night()
    keeper.process.kill()
    keeper.process.wait()
    assert nights.left_behind(birds.where.data) == [], "killed with -9 in the middle of a night"


@pytest.mark.long
@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT])
def test_a_schedule_that_is_told_to_stop_has_not_failed(word, birds):
    command = [sys.executable, "-m", "flows.cli", "schedule", "--cron", "0 3 * * *"]
    keeper = subprocess.Popen(command, env=birds.environment, cwd=CHECKOUT, text=True, stderr=subprocess.PIPE)
    assert keeper.stderr.readline() == "starting Prefect\n"
    keeper.send_signal(word)
    assert keeper.communicate() == (None, "")
    assert keeper.returncode == 0
    assert nights.left_behind(birds.where.data) == []
