"""What each command says of wrong words and folders, no rights, no room and a closed pipe: a sentence, no traceback.

flows/MESSAGES.md is the table of all cases. `pytest tests/flows/test_messages.py --long --accept` writes it anew.
"""

import os
import subprocess
import sys
from contextlib import nullcontext
from functools import partial
from itertools import groupby

import duckdb
import pytest
from support.wrong import CATALOGUE, NOBODY, ask, ask_process, left_pipe, make_house, no_rights, no_room, without_places

from flows.cli import COMMANDS
from flows.output import let_readers_leave
from pipelines.folders import CHECKOUT

DOCUMENT = CHECKOUT / "flows" / "MESSAGES.md"
HEAD = """# Messages of the command line

A test prints each row and keeps this table equal (`tests/flows/test_messages.py`). `HERE` is the folder of the test.
In a clone each command begins with `uv run`. A traceback comes only with `--debug`.

| what is wrong | command | message | exit status |
|---|---|---|---|
"""
EVERY = {
    "demo": ["demo"], "nightly": ["nightly"], "schedule": ["schedule", "--cron", "0 3 * * *"],
    "collect": ["collect", "birds/core"], "prune": ["prune"], "forget": ["forget", "wren@example.org", "--yes"],
    "rotate": ["rotate", "--yes"], "build": ["build"], "report": ["report"], "status": ["status"],
    "doctor": ["doctor"], "cluster-check": ["cluster-check"],
    "sql": ["sql", "select 42 as answer"], "export": ["export", "out.duckdb"],
    "init": ["init", "new"], "probe": ["probe"], "edition": ["edition", "list"], "diff": ["diff", "2026-06", "2026-07"],
    "replay": ["replay", "CY13-Q2"], "serve": ["serve", "--port", "0"],
    "calibrate": ["calibrate"], "communities": ["communities"],
    "backup": ["backup", "out.tar"], "restore": ["restore", "nowhere.tar"],
}  # fmt: skip
"""Each command with words that are right."""
FINDERS = (["status"], ["doctor"], ["cluster-check"], ["sql"])
"""Commands that may say several lines of what they find wrong."""
READ = ("status", "sql", "communities")
"""Commands that print what they find."""
NEEDS_WORDS = ("forget", "export", "init", "edition", "diff", "replay", "backup", "restore")
WRITE = ("demo", "nightly", "schedule", "collect", "prune", "forget", "rotate", "build", "report")
"""Commands that write into the data folder."""
WORDS = [
    [], ["nighly"], ["--wrong"], *([name, "--wrong"] for name in EVERY if name not in NEEDS_WORDS), ["forget"],
    *([name] for name in NEEDS_WORDS[1:]), ["edition", "show", "x"], ["diff", "x", "y"], ["probe", "bird"],
    ["replay", "2013"], ["init", "communities"], ["schedule"], ["status", "--max-age", "soon"],
    ["report", "--as-of", "2026-13"], ["serve", "--port", "many"],
    ["prune", "--days", "0"], ["demo", "--fault", "none"], ["demo", "--git", "nowhere"],
    ["demo", "--git", "communities"], ["collect", "birds"], ["collect", "birds/cor"], ["collect", "birds/off"],
    ["collect", "birds/core", "--unit", "birds/typo"], ["collect", "birds/talk", "--unit", "2019-12"],
    ["collect", "--mbox", "nowhere"], ["collect", "--mbox", "nowhere", "--source", "birds/box"],
    ["collect", "--mbox", "communities", "--source", "birds/core"], ["collect", "--reread", "--unit", "birds/wren"],
    ["forget", "wren"], ["sql"], ["sql", ""], ["sql", "select 1; select 2"], ["sql", "selekt 1"],
    ["sql", "--tables", "x"], ["sql", "--tables", "x", "select 1"],
    ["sql", "drop table measures"], ["sql", "select 1", "--output", "answer.xls"],
    ["sql", "select 1", "--output", "nowhere/answer.csv"], ["sql", "select 1 as a, 2 as a", "--format", "json"],
    ["sql", "select count(*) from range(1000000) a, range(1000000) b", "--seconds", "1"],
    ["sql", "select 1", "--memory", "much"], ["sql", "select 1", "--seconds", "0"],
    ["backup", "communities/birds.toml"], ["backup", "nowhere/out.tar"], ["restore", "nowhere.tar"],
    ["restore", "communities/birds.toml"], ["export", "out.csv"], ["sql", "select 1", "--database", "nowhere.duckdb"],
]  # fmt: skip
WRONG_CRON = ["schedule", "--cron", "0 0 31 2 *"]
"""It imports Prefect, which binds a process to one data folder."""
FILES = [["sql", "select 42 as answer", "--output", "shut/out.csv"], ["backup", "shut/out.tar", "--key"],
         ["init", "shut/new"]]  # fmt: skip
"""Commands that write where the user says."""
ASKED = [["forget", "wren@example.org"], ["rotate"], ["prune"]]
"""What cannot be undone, without `--yes` and without a terminal."""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A catalogue, and a data folder with a small database, the pages of an archive, and a key."""
    top = make_house(tmp_path_factory.mktemp("messages"))
    with duckdb.connect(str(top / "data" / "stackrank.duckdb")) as con:
        con.execute("create table measures as select 1 as value")
    page = top / "data" / "pages" / "birds" / "talk" / "aa" / "aa.zst"
    page.parent.mkdir(parents=True)
    page.write_bytes(b"x" * 100_000)
    os.utime(page, (0, 0))
    return top


def empty(tmp_path_factory):
    return make_house(tmp_path_factory.mktemp("messages"))


def row(situation, words, top, *, context=None, run=ask, **given):
    """Return the situation, the command, what it said in one line, and its exit status."""
    with context or nullcontext():
        status, out, err = run(words, top, **given)
    said = without_places(err or out, top)
    assert "Traceback" not in out + err
    assert status in (0, 2, 3, 4)
    assert status == 0 or words[:1] in FINDERS or len(said.splitlines()) == 1, said
    typed = " ".join(f'"{word}"' if " " in word or not word else word for word in ["stackrank", *words])
    return situation, typed, said.splitlines()[0] if said else "(nothing)", status


@pytest.fixture(scope="module")
def rows(house, tmp_path_factory):
    """Every case, run once."""
    file = house / "file"
    file.write_text("x")
    (house / "none").mkdir()
    (house / "shut").mkdir()
    (house / "wrong").mkdir()
    (house / "wrong" / "birds.toml").write_text(f'renamed_fro = "wrens"\n{CATALOGUE}')
    new = partial(empty, tmp_path_factory)
    key = {"STACKRANK_KEY": "5e" * 31}
    return [
        *(row("wrong words", words, house) for words in WORDS),
        row("wrong words", WRONG_CRON, house, run=ask_process, STACKRANK_CONTACT="ops@example.org"),
        *(row("nobody to ask", words, house if words == ["prune"] else new()) for words in ASKED),
        *(row("a file in place of the data folder", words, house, STACKRANK_DATA=file) for words in EVERY.values()),
        *(row("no folder of community files", EVERY[name], house, STACKRANK_COMMUNITIES=house / "nowhere")
          for name in ("nightly", "collect", "build", "status", "communities")),
        row("an empty folder of community files", ["communities"], house, STACKRANK_COMMUNITIES=house / "none"),
        row("a wrong community file", ["communities"], house, STACKRANK_COMMUNITIES=house / "wrong"),
        *(row("a wrong key", EVERY[name], house, **key) for name in ("nightly", "collect", "forget")),
        *(row("nothing collected yet", EVERY[name], new())
          for name in ("build", "report", "sql", "export", "calibrate", "edition", "diff", "replay", "serve")),
        row("a wrong address of the site", ["report"], house, STACKRANK_SITE_URL="example.org"),
        *(row("another program's database", EVERY[name], house)
          for name in ("report", "export", "calibrate", "diff", "replay")),
        *(row("no right to read", words, house, context=no_rights(house / "data", 0o000)) for words in EVERY.values()),
        *(row("a folder that cannot be written", EVERY[name], top, context=no_rights(top / "data", 0o555))
          for name in WRITE for top in [new()]),
        *(row("a folder that cannot be written", words, house, context=no_rights(house / "shut", 0o555))
          for words in FILES),
        *(row("a folder of another user", EVERY[name], top, run=partial(ask_process, before=NOBODY),
              context=no_rights(top / "data", 0o555))
          for name in ("nightly", "report") for top in [new()]),
        *(row("no room", EVERY[name], new(), context=no_room(16)) for name in WRITE),
        row("no room", ["backup", "out.tar", "--key"], new(), context=no_room(16)),
        row("no room", ["init", "new"], new(), context=no_room(16)),
        *(full_row(name, house) for name in READ),
        *(closed_row(name, house) for name in READ),
    ]  # fmt: skip


def full_row(name, top):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        return row("standard output is full", EVERY[name], top, stdout=let_readers_leave(full))


def closed_row(name, top):
    with left_pipe() as pipe:
        return row("the reader of the output has left", EVERY[name], top, stdout=pipe)


def table(rows):
    """Return the rows as a table; commands to which the same happens share a row."""
    ordered = sorted(enumerate(rows), key=lambda one: (_first(rows, one[1]), one[0]))
    lines = []
    for (situation, message, status), same in groupby((one for _, one in ordered), key=lambda one: (one[0], *one[2:])):
        commands = "<br>".join(f"`{_cell(words)}`" for _, words, *_ in same)
        lines.append(f"| {situation} | {commands} | {_cell(message)} | {status} |")
    return HEAD + "\n".join(lines) + "\n"


def _first(rows, one):
    """Return where the first case with the same situation, message and status stands."""
    return next(n for n, other in enumerate(rows) if (other[0], *other[2:]) == (one[0], *one[2:]))


def _cell(text):
    return text.replace("|", "\\|")


@pytest.mark.long
def test_the_table_of_messages_is_what_the_commands_say(rows, request):
    if request.config.getoption("--accept"):
        DOCUMENT.write_text(table(rows), encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == table(rows)
    assert EVERY.keys() == COMMANDS.keys()


@pytest.mark.long
def test_a_reader_of_a_pipe_may_leave(house):
    """A real shell with a real pipe."""
    environment = os.environ | {
        "STACKRANK_DATA": str(house / "data"),
        "STACKRANK_COMMUNITIES": str(house / "communities"),
    }
    command = f"{sys.executable} -m flows.cli status | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.count("\n") == 1


def test_a_traceback_comes_with_debug_alone(tmp_path):
    make_house(tmp_path)
    words = ["communities", "--debug"]
    with pytest.raises(Exception, match="no such folder"):
        ask(words, tmp_path, STACKRANK_COMMUNITIES=tmp_path / "nowhere")
    assert ask(words[:1], tmp_path, STACKRANK_COMMUNITIES=tmp_path / "nowhere")[0] == 2
