"""Each file that runs write, in each form of damage: it is named, and kept aside, or a person restores it."""

import json
import os
import shutil
from datetime import date

import pytest
from support.damages import cut
from support.machine import NOW
from support.rights import as_everybody
from support.two_repositories import BIRDS, FILE

from flows import damage, opt_outs
from flows.cli import main
from flows.notify import notify
from flows.upkeep import tidy
from pipelines.catalogue.toml_files import WrongFileError
from pipelines.landing import set_aside
from pipelines.landing.runs import begin_run
from pipelines.landing.set_aside import UNLISTED
from pipelines.landing.sweep import sweep
from pipelines.privacy.decisions import opted_out, record_key_rotation

pytestmark = pytest.mark.long

LIST, ASIDE = "set-aside/list.jsonl", "set-aside/set-aside/list.jsonl"


def place(path):
    """Make room for another thing in the place of a file."""
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return path


def close(path):
    path.chmod(0)


def make_newer(path):
    path.write_bytes(b"".join(json.dumps(json.loads(line) | {"format": 99}).encode() + b"\n" for line in
                              path.read_bytes().splitlines()))  # fmt: skip


FORMS = {
    "binary": lambda path: path.write_bytes(bytes(range(128, 256)) * 3),
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "foreign": lambda path: path.write_text('{"a": 1}\n'),
    "list": lambda path: path.write_text("[1]\n"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "newer": make_newer,
    "folder": lambda path: place(path).mkdir(),
    "pipe": lambda path: os.mkfifo(place(path)),
    "link to nothing": lambda path: place(path).symlink_to("nowhere"),
    "no rights": close,
}
LINES = (LIST, "visits/birds/core/2026-03.jsonl", "rotated-keys.jsonl", "retired-keys.jsonl", "nights/sizes.jsonl",
         "nights/said.json")  # fmt: skip
OTHERS = ("fingerprint", "built", "begun/birds.core", "locks/birds.core", "stackrank.duckdb")
"""Files that each run writes anew, whatever is in them; another check opens the database."""
OPTED_OUT = '{"format": 1, "key": "k1", "address_key": "a1", "since": "2026-01-01", "person": "p1"}\n'
FOLDERS = ("set-aside", "observations", "visits", "clones", "begun", "core", "nights", "editions", "pages",
           "observations/birds", "observations/birds/core", "visits/birds", "visits/birds/core", "clones/birds",
           "clones/birds/core", "core/birds", "pages/birds", "pages/birds/box")  # fmt: skip


@pytest.fixture
def full(landed):
    """A data folder in which each file has been written, and nothing is wrong."""
    begin_run()
    (landed.visits / "birds/core/2026-01.jsonl").write_text("x\n")
    sweep(landed)
    record_key_rotation(landed, "k0", date(2026, 1, 1))
    shutil.copy(landed.data / "rotated-keys.jsonl", landed.data / "retired-keys.jsonl")
    tidy(landed, NOW)
    notify(landed, {"failed": "it failed"}, {}, lambda _: None)
    begin_run()
    assert damage.find_damage(landed, [BIRDS]) == []
    return landed


def named(where):
    """Return the files that are named, by what is said of them."""
    with as_everybody():
        return {problem.what.partition(":")[0] for problem in damage.find_damage(where, [BIRDS])}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LINES)
def test_a_file_of_lines_is_named_kept_aside_and_begun_anew(full, name, form):
    FORMS[form](full.data / name)
    assert named(full) >= {name}
    with as_everybody():
        sweep(full)
    assert os.path.lexists(full.set_aside / name)
    assert named(full) >= {name}, "in this run"
    (full.set_aside / name).unlink() if form != "folder" else (full.set_aside / name).rmdir()
    begin_run()
    assert named(full) == set()


@pytest.mark.parametrize("form", ["folder", "pipe", "link to nothing"])
@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_file_is_named_and_kept_aside(full, name, form):
    (full.data / name).parent.mkdir(exist_ok=True)
    FORMS[form](full.data / name)
    assert named(full) == {name}
    sweep(full)
    assert os.path.lexists(full.set_aside / name)
    assert not os.path.lexists(full.data / name)


@pytest.mark.parametrize("form", ["binary", "empty", "pipe", "link to nothing"])
@pytest.mark.parametrize("name", FOLDERS)
def test_what_is_no_folder_is_named_and_kept_aside(full, name, form):
    place(full.data / name).parent.mkdir(parents=True, exist_ok=True)
    FORMS[form](full.data / name)
    assert named(full) == {name}
    sweep(full)
    assert os.path.lexists(full.set_aside / name)
    assert (full.data / name).is_dir() == (name == "set-aside")


@pytest.mark.parametrize("name", ["observations/birds", "observations/birds/core", "visits/birds/core"])
def test_a_folder_that_may_not_be_read_is_named_and_stays(full, name):
    close(full.data / name)
    assert named(full) >= {name}
    with as_everybody():
        sweep(full)
    (full.data / name).chmod(0o700)
    assert (full.data / name).is_dir()
    assert any((full.data / name).iterdir())


def test_what_a_damaged_list_named_is_noted_again(full):
    """A file of observations lies aside: its unit is missing, until it was read again."""
    cut(full.data / FILE)
    sweep(full)
    (full.data / LIST).write_bytes(b"\xff\x00")
    assert named(full) >= {FILE, LIST}
    begin_run()
    sweep(full)
    reasons = {entry.file: entry.reason for entry in set_aside.entries(full)}
    assert reasons == {FILE: UNLISTED, LIST: "1 of 1 lines: it is cut off or damaged",
                       "visits/birds/core/2026-01.jsonl": UNLISTED}  # fmt: skip
    begin_run()
    assert named(full) == {FILE}, "nobody has read it again"


def test_a_crash_between_the_move_and_its_line_loses_no_name(full):
    (full.data / FILE).rename(full.set_aside / "one.parquet.2")
    clone = full.set_aside / "clones/birds/core/birds/one.git"
    clone.mkdir(parents=True)
    (clone / "HEAD").write_text("x")
    assert {entry.file for entry in set_aside.unlisted(full)} == {"one.parquet", "clones/birds/core/birds/one.git"}
    sweep(full)
    assert list(set_aside.unlisted(full)) == []


@pytest.mark.parametrize("form", [form for form in FORMS if form != "cut"])
@pytest.mark.parametrize("name", ["opted-out.jsonl", "withheld.jsonl"])
def test_a_file_of_opt_outs_in_any_form_stops_what_is_published_and_stays(full, name, form):
    (full.data / name).write_text(OPTED_OUT)
    FORMS[form](full.data / name)
    with as_everybody():
        (line,) = opt_outs.find_mistake(full)
        assert line.startswith(f"{full.data / name}: ")
        with pytest.raises(WrongFileError, match="restore the file from your backup"):
            opted_out(full)
        sweep(full)
    assert os.path.lexists(full.data / name)


@pytest.mark.long
@pytest.mark.parametrize("form", ["binary", "folder"])
def test_commands_name_a_damaged_list_and_go_on(full, form, capsys):
    FORMS[form](full.data / LIST)
    for command in ("status", "build", "status"):
        assert main([command]) == 3
        assert f"{LIST}: cannot be read" in "".join(capsys.readouterr())
    assert main(["doctor"]) == 3
    assert f"BAD   {LIST}: cannot be read" in capsys.readouterr().out
    assert os.path.lexists(full.data / ASIDE)


@pytest.mark.long
def test_a_build_names_kept_tables_that_were_damaged_and_makes_them_again(landed, capsys):
    assert main(["build"]) == 0
    (kept,) = landed.core.glob("birds/*")
    cut(kept / "core.commits.parquet")
    capsys.readouterr()
    assert main(["build"]) == 3
    said = f"{kept.relative_to(landed.data)}: cannot be read (core.commits.parquet is damaged)"
    assert said in capsys.readouterr().err
    assert main(["build"]) == 0
