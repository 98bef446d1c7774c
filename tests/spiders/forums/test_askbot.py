"""Pages that somebody saved of a site for questions, read by command and built."""

import gzip
from datetime import date
from time import sleep

import pyarrow.parquet as pq
import pytest
from support.askbot import LATE_MARCH, SIGN_IN, SITE, SONG, listed, listing
from support.tables_on_demand import ask, build_tables

from flows.cli import main
from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.urls import units
from pipelines.folders import Folders
from pipelines.landing.visits import read_visits

CATALOGUE = """name = "Birds"
homepage = "https://birds.example.org/"
born = 2005-01-01

[[sources]]
name = "ask"
kind = "askbot"
since = 2013-03-01
until = 2013-06-30
why = "Where they asked."
audience = "users"
evidence = "It is named on the home page of 2013."
"""


@pytest.fixture(scope="module")
def given_pages(tmp_path_factory):
    """A folder of saved pages, read by command, twice; then built."""
    top = tmp_path_factory.mktemp("ask")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(CATALOGUE)
    pages = top / "pages of ask"
    (pages / "more").mkdir(parents=True)
    (pages / "song.html").write_bytes(SONG)
    (pages / "more/list-1.json.gz").write_bytes(
        gzip.compress(listing(listed(11, LATE_MARCH), listed(61, LATE_MARCH, 8)))
    )
    (pages / "more/login.html").write_bytes(SIGN_IN)
    (pages / "more/cut.json.gz").write_bytes(gzip.compress(listing())[:-9])
    (pages / "more/it is jane@example.org").write_bytes(b"x")
    (pages / "more/nothing.html").write_bytes(b"")
    (pages / ".hidden").write_bytes(SONG)
    return where, pages


def read(where, path, monkeypatch, capfd):
    for name, value in (("DATA", where.data), ("COMMUNITIES", where.communities), ("KEY", "5e" * 32)):
        monkeypatch.setenv(f"STACKRANK_{name}", str(value))
    sleep(1)  # visits are noted to the second
    status = main(["collect", "--pages", str(path), "--source", "birds/ask"])
    out = capfd.readouterr()
    return status, out.out.strip(), out.err


@pytest.mark.long
def test_saved_pages_become_messages_and_each_useless_file_says_why(given_pages, monkeypatch, capfd):
    where, pages = given_pages
    with pytest.raises(SystemExit):
        main(["collect", "--pages"])
    status, told, complaints = read(where, pages.with_name("nowhere"), monkeypatch, capfd)
    assert (status, "nowhere is neither a file nor a folder" in complaints) == (2, True)
    # A name with blanks cannot be that of a unit, so this folder is given by another one.
    folder = pages.rename(pages.with_name("pages"))
    status, told, complaints = read(where, folder, monkeypatch, capfd)
    assert (status, told) == (3, "3 fetched, 4 failed")
    assert "jane" not in complaints
    visits = {v.unit: v for v in read_visits(where.visits)}
    assert {unit: (str(v.verdict), v.observations) for unit, v in visits.items()} == {
        "question-11": ("ok", 5), "list-1.json.gz": ("ok", 2), "index": ("ok", 1), "login.html": ("failed", None),
        "cut.json.gz": ("failed", None), "a-file-without-a-plain-name": ("failed", None),
        "nothing.html": ("failed", None),
    }  # fmt: skip
    assert visits["list-1.json.gz"].note == (
        "the site has 4 questions on 2 pages by its own words, 2 of them on this one"
    )
    assert (visits["cut.json.gz"].reason, visits["nothing.html"].reason) == (
        "the gzip stream ends early",
        "nothing is in it",
    )
    assert all(
        visit.url.startswith("file://localhost/") and str(folder) not in repr(visit) for visit in visits.values()
    )
    for unit in ("login.html", "cut.json.gz", "nothing.html", "it is jane@example.org"):
        (folder / "more" / unit).unlink()
    assert read(where, folder, monkeypatch, capfd)[:2] == (0, "3 fetched, 0 failed")
    latest = {v.unit: str(v.verdict) for v in read_visits(where.visits)}
    assert {latest[unit] for unit in ("question-11", "list-1.json.gz", "index")} == {"unchanged"}
    assert pq.read_table(where.observations / "birds/ask/index.parquet").to_pylist() == [
        {"month": None, "messages": 4, "url": "file://localhost/list-1.json.gz"}
    ]
    build_tables(where, load_catalogue(where.communities), date(2014, 1, 20))
    months = ask(where, "select strftime(month, '%m'), value from metrics.messages order by 1")
    assert months == [("03", 2.0), ("04", 3.0), ("05", 1.0)], "a question in both counts once, by the earlier time"
    assert ask(where, "select count(*), sum(messages), sum(people) from core.threads") == [(2, 6, 4)]
    states = ask(where, "select strftime(month, '%m'), state, round(covered, 3), units from core.coverage "
                        "where source = 'ask' and month < '2013-07-01' order by 1")  # fmt: skip
    # One of four questions is held, and seen until its newest post, of 2 May.
    assert states == [
        ("03", "partial", 0.25, 1),
        ("04", "partial", 0.25, 1),
        ("05", "partial", 0.013, 1),
        ("06", "gap", 0.0, 1),
    ]
    talk = dict(
        ask(
            where,
            "select strftime(month, '%m'), state from core.channels where family = 'talk' and month < '2013-07-01'",
        )
    )
    assert talk == dict.fromkeys(("03", "04", "05"), "partial") | {"06": "unobserved"}


@pytest.mark.long
def test_where_it_was_is_no_place_to_ask_and_other_sites_are_refused(tmp_path, monkeypatch, capfd):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(CATALOGUE + f'urls = ["{SITE}/"]\n')
    (birds,) = load_catalogue(where.communities)
    assert (birds.sources[0].visited, birds.sources[0].reachable, units(birds.sources[0])) == (
        False,
        False,
        [],
    )
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/song.html").write_bytes(SONG)
    other = listing(listed(1, LATE_MARCH, url="https://ask.fish.example.org/en/question/1/x/"))
    (tmp_path / "saved/fish.json").write_bytes(other)
    status, told, complaints = read(where, tmp_path / "saved", monkeypatch, capfd)
    assert (status, told) == (3, "1 fetched, 1 failed")
    assert "failed: birds/ask: fish.json: failed: the page is of another site" in complaints
    assert (
        "fix: repair the page or leave it out, then: uv run stackrank collect --pages PATH --source birds/ask"
        in complaints
    )
