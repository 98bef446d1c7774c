"""Steps that nobody can undo look first and ask; names that nobody knows are refused; a dry run asks nobody."""

import io
from datetime import UTC, date, datetime

import pytest
from support.wrong import ask, make_house

from flows import choose, colour, dry_run
from flows.commands.checks import UsageError
from flows.confirm import confirm
from pipelines.folders import Folders
from pipelines.landing.visits import save_plan
from pipelines.model import Plan, Source

GIT = Source("birds", "core", "git", ("git+https://forge.example.org/birds/wren",), date(2024, 1, 1), "")
LIST = Source("birds", "talk", "hyperkitty", ("https://lists.example.org/talk/",), date(2024, 1, 1), "",
              until=date(2025, 6, 30))  # fmt: skip
NAMED = Source("birds", "all", "git", (), date(2024, 1, 1), "", urls_from="https://forge.example.org/list.yaml",
               url_template="git+https://forge.example.org/{repository}")  # fmt: skip


class Person(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def folders(tmp_path):
    return Folders(tmp_path, tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("said", "is_agreed"), [("y\n", True), ("Yes\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_a_person_at_a_terminal_is_asked(said, is_agreed, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", Person(said))
    if is_agreed:
        confirm("the key will be replaced", is_agreed=False)
    else:
        with pytest.raises(UsageError, match="not agreed"):
            confirm("the key will be replaced", is_agreed=False)
    assert capsys.readouterr().err == "the key will be replaced. Go on? [y/N] "


def test_a_script_agrees_beforehand_or_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    confirm("the key will be replaced", is_agreed=True)
    with pytest.raises(UsageError, match="To agree, add --yes"):
        confirm("the key will be replaced", is_agreed=False)


def test_a_key_stays_where_nobody_agreed(tmp_path):
    top = make_house(tmp_path)
    key = top / ".config" / "stackrank" / "pseudonym.key"
    before = key.read_text()
    assert ask(["rotate"], top)[0] == 2
    assert key.read_text() == before
    assert ask(["rotate", "--yes"], top)[0] == 0
    assert key.read_text() != before
    assert [file.read_text() for file in key.parent.iterdir() if file != key] == [before]


@pytest.mark.parametrize(
    ("unit", "nearest"),
    [("birds/wrem", "birds/wren"), ("2024-13", "has 2024-01 to 2025-06"), ("2025-07", "has 2024-01 to 2025-06")],
)
def test_a_unit_that_no_source_can_have_is_refused(unit, nearest, folders):
    sources = [GIT] if "wre" in unit else [LIST]
    with pytest.raises(UsageError, match=nearest):
        choose.check_units(folders, sources, [unit])


@pytest.mark.parametrize("unit", ["birds/wren", "2024-02"])
def test_a_unit_of_one_of_the_sources_is_accepted(unit, folders):
    choose.check_units(folders, [GIT, LIST], [unit])


def test_what_a_list_names_is_known_when_it_was_read(folders):
    choose.check_units(folders, [NAMED], ["birds/finch"])
    save_plan(folders.visits, Plan("birds", "all", datetime.now(UTC), ("birds/robin",)))
    choose.check_units(folders, [NAMED], ["birds/robin"])
    with pytest.raises(UsageError, match="did you mean 'birds/robin'"):
        choose.check_units(folders, [NAMED], ["birds/robim"])


def test_a_dry_run_names_hosts_sources_and_units(folders, monkeypatch):
    monkeypatch.delenv("STACKRANK_CONTACT", raising=False)
    save_plan(folders.visits, Plan("birds", "talk", datetime.now(UTC), ("2024-01", "2024-02"), ("2024-02",)))
    lines = list(dry_run.format_dry_run(folders, [LIST, GIT]))
    assert [" ".join(line.split()) for line in lines[:-1]] == [
        "forge.example.org", "birds/core git birds/wren", "lists.example.org",
        "birds/talk hyperkitty its list of units: 2 in the last run, 1 deferred by the last run",
        "2 hosts, 2 sources, 2 units that the catalogue names; nobody was asked",
    ]  # fmt: skip
    assert lines[-1].startswith("a real run would be refused: STACKRANK_CONTACT is not set")


def test_colours_are_for_terminals_that_want_them(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert colour.paint_failures("failed: x\nfine", Person()) == "\x1b[31mfailed:\x1b[0m x\nfine"
    assert colour.paint("ok", colour.GREEN, io.StringIO()) == "ok"
    monkeypatch.setenv("NO_COLOR", "1")
    assert colour.paint("ok", colour.GREEN, Person()) == "ok"
