"""A probe as a whole process against the demo server: every assertion holds and fails, and nothing is counted."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from support.commands import run_here
from support.probe_site import FIRST, Site, add_faults, add_foes, add_healthy, mailing_list, month_path

from flows import locks
from flows.commands.probe import exit_status
from flows.probe import first_night
from flows.probe.run import Outcome, Probed
from pipelines.asserted import Asserted
from pipelines.folders import CHECKOUT, Folders
from pipelines.model import Source

KEY = "5e" * 32
AS_EXPECTED, DIFFERENT, NOT_REACHED = Asserted
HARMLESS = {"git-slow", "mail-miscount", "counts-elsewhere"}
"""A fault that only takes time, and those that only another kind of page can have."""


def environment(top, communities):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("STACKRANK_", "PREFECT_"))}
    return kept | settings(top, communities)


def settings(top, communities):
    return {"STACKRANK_DATA": f"{top / 'data'}", "STACKRANK_COMMUNITIES": f"{communities}", "STACKRANK_KEY": KEY}


@pytest.fixture(scope="module")
def probed(tmp_path_factory):
    """A probe of all sources; its process, what it found by source, the data folder, and what the server was asked."""
    top = tmp_path_factory.mktemp("probed")
    site = Site(top)
    for add in (add_healthy, add_foes, add_faults):
        add(site)
    with site.served() as server:
        command = [sys.executable, "-m", "flows.cli", "probe", "--json"]
        given = {"env": environment(top, site.communities), "cwd": CHECKOUT, "text": True, "capture_output": True}
        process = subprocess.run(command, **given, check=False)
        requests = list(server.requests)
    found = json.loads(process.stdout or "{}").get("sources", [])
    by_source = {one["source"]: {each["name"]: each for each in one["outcomes"]} for one in found}
    return SimpleNamespace(process=process, found=found, outcomes=by_source, data=top / "data", requests=requests)


@pytest.mark.long
def test_a_healthy_source_of_every_kind_is_as_expected(probed):
    assert probed.process.returncode == 3, probed.process.stderr
    ours = {name: outcomes for name, outcomes in probed.outcomes.items() if name.startswith("birds/")}
    assert len(ours) == 12
    assert [one for outcomes in ours.values() for one in outcomes.values() if one["outcome"] != AS_EXPECTED] == []


@pytest.mark.long
def test_every_assertion_fails_where_the_server_is_not_as_we_assume(probed):
    foes = [name for name in probed.outcomes if name.startswith("foes") and "-" in name.partition("/")[2]]
    assert len(foes) == 30
    held = {name: probed.outcomes[name] for name in foes
            if probed.outcomes[name][name.rpartition("-")[2]]["outcome"] != DIFFERENT}  # fmt: skip
    assert held == {}


@pytest.mark.long
def test_every_fault_of_the_demo_server_is_seen(probed):
    faults = {
        name.partition("/")[2]: outcomes for name, outcomes in probed.outcomes.items() if name.startswith("faults")
    }
    assert len(faults) > 50
    unseen = {name for name, of in faults.items() if all(one["outcome"] == AS_EXPECTED for one in of.values())}
    assert unseen == HARMLESS


@pytest.mark.long
def test_a_probe_counts_nothing_and_keeps_pages_for_their_owner_only(probed):
    assert {path.name for path in probed.data.iterdir()} == {"probe.json", "pages", "clones", "locks"}
    assert list((probed.data / "pages/birds/dev").rglob("*.gz"))
    kept = [path for path in probed.data.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in kept} == {0}


@pytest.mark.long
def test_a_probe_names_nobody(probed):
    said = probed.process.stdout + probed.process.stderr + (probed.data / "probe.json").read_text()
    people = {"example.org>", "invented-canary", "Invented <"}
    assert [word for word in people if word in said] == []
    assert "Traceback" not in said


@pytest.mark.long
def test_a_healthy_list_is_asked_for_its_table_and_one_month(probed):
    asked = [one.path for one in probed.requests if one.path.startswith("/old.example.org/pipermail/dev/")]
    place = mailing_list("pipermail", "dev").url
    month = month_path(mailing_list("pipermail", "dev"))
    assert asked == [place, month, month.replace(".txt.gz", "/date.html")]


# ---- one community ---------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_new_file_is_tried_before_any_night_and_shows_its_first_rows(tmp_path):
    site = Site(tmp_path)
    site.add_list("birds", "pipermail", "dev")
    site.add_list("finches", "pipermail", "talk")
    with site.served():
        new = (site.communities / "finches.toml").rename(tmp_path / "finches.toml")
        done = run_here("probe", str(new), **settings(tmp_path, site.communities))
    assert (done.returncode, done.stderr.count("birds/dev")) == (0, 0), done.stdout + done.stderr
    assert "finches/talk" in done.stdout
    assert "20 messages\n  sent_at" in done.stdout
    assert "@" not in done.stdout
    assert not (site.communities / "finches.toml").exists()


@pytest.mark.long
def test_a_host_that_is_not_there_is_not_reached(tmp_path):
    site = Site(tmp_path)
    site.add_list("birds", "pipermail", "dev")
    site.communities.mkdir()
    site.write("http://127.0.0.1:1")
    done = run_here("probe", "birds/dev", **settings(tmp_path, site.communities))
    assert done.returncode == 4, done.stdout
    assert "0 as expected, 0 different" in done.stdout


def test_a_wrong_name_gets_the_nearest_one(tmp_path):
    site = Site(tmp_path)
    site.add_list("birds", "pipermail", "dev")
    site.communities.mkdir()
    site.write("http://127.0.0.1:1")
    given = settings(tmp_path, site.communities)
    for word, said in (
        ("birdz", "no community and no source is called birdz; did you mean 'birds'? Nothing was done."),
        ("nowhere.toml", "nowhere.toml is no community file. Nothing was done."),
    ):
        done = run_here("probe", word, **given)
        assert done.returncode == 2
        assert done.stderr.startswith(said)


def test_the_next_run_removes_what_a_killed_probe_has_left(tmp_path):
    where = Folders(tmp_path, tmp_path / "communities", tmp_path / "site")
    left = tmp_path / f".probe.{2**22 + 1}"  # no process has such a number
    (left / "observations").mkdir(parents=True)
    with locks.single_run(where, "stackrank collect"):
        assert not left.exists()


# ---- what follows from it --------------------------------------------------------------------------------------

SOURCE = Source("birds", "dev", "pipermail", ("https://lists.example.org/dev/",), FIRST, "Invented.")


def found(*outcomes, answers=(), units=1, per_night=None):
    return Probed(SOURCE, tuple(Outcome("x", "x", one, "") for one in outcomes), tuple(answers), units, per_night)


def answer(unit="", size=100, *, is_extra=False, is_robots=False):
    return {"unit": unit, "size": size, "requests": 1, "is_extra": is_extra, "is_robots": is_robots}


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [([[AS_EXPECTED]], 0), ([[AS_EXPECTED], [DIFFERENT]], 3), ([[AS_EXPECTED, NOT_REACHED]], 3), ([[NOT_REACHED]], 4)],
)
def test_the_exit_status_says_what_was_found(outcomes, status):
    assert exit_status([found(*of) for of in outcomes]) == status


def test_the_first_night_follows_from_the_index_and_one_unit():
    asked = [
        answer(is_robots=True),
        answer(size=50),
        answer("2013-10"),
        answer("2013-10", 10),
        answer("extra", is_extra=True),
    ]
    one = found(AS_EXPECTED, answers=asked, units=450, per_night=200)
    assert first_night.of_source(one) == first_night.FirstNight(450, 901, 3, 49_550)
    assert first_night.by_host([one, one])["lists.example.org"] == first_night.FirstNight(900, 1803, 5, 99_100)
    silent = found(NOT_REACHED, units=0)
    assert first_night.of_source(silent) == first_night.FirstNight(None, None, None, None)
    assert first_night.by_host([silent])["lists.example.org"].units is None
