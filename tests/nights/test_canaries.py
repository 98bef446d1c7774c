"""A demo of invented people with canary names: nothing kept or published repeats them, in any spelling."""

import re
from datetime import date
from types import SimpleNamespace

import duckdb
import pytest
from plotly.offline import get_plotlyjs
from support.canary_demo import BODY, DOTTED, LOCAL, SENDER, TOPIC
from support.git import CANARIES as GIT_CANARIES
from support.git import FORGE, SINGING, made
from support.heard import NOT_OURS, WALL, contents, heard_in, objects, opened, outside, sung

from flows.cli import main
from flows.demo.archives import FAULTS, HTML, Answer, Archives
from flows.demo.mail import MailingList
from flows.demo.server import serve
from spiders.core.bodies import names_nobody, web_page_reason

FINGERPRINT = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


@pytest.fixture(scope="module")
def demo(canary_demo):
    """The demo that test_readme looks at too: its data folder and all that it said."""
    said = "".join((canary_demo / name).read_text() for name in ("stdout", "stderr"))
    return SimpleNamespace(data=canary_demo / "data", said=said)


@pytest.fixture(scope="module")
def walled(tmp_path_factory):
    """A repository whose authors are canaries, and a list behind a page that names somebody; all that was said."""
    top = tmp_path_factory.mktemp("walled")
    made(top / "served", "singing", SINGING)
    (top / "communities").mkdir()
    page = f"<html><head><title>Ask {WALL}@example.org or {WALL} (a) example.org</title></head></html>".encode()
    faults = FAULTS | {"canary": lambda _: Answer(403, HTML, page)}
    with pytest.MonkeyPatch.context() as patched, serve(top / "served") as server:
        for name, value in (("DATA", top / "data"), ("COMMUNITIES", top / "communities"), ("KEY", "5e" * 32)):
            patched.setenv(f"STACKRANK_{name}", str(value))
        talk = MailingList("pipermail", f"{server.base_url}/pipermail/talk/", "talk@birds.example.org",
                           {date(2017, 7, 1): 3})  # fmt: skip
        (top / "communities" / "birds.toml").write_text(f"""
name = "Birds"
homepage = "https://birds.example.org/"
born = 2010-01-01

[[sources]]
name = "core"
kind = "git"
since = 2010-01-01
why = "Invented."
urls = ["git+{server.base_url}/{FORGE}/singing"]

[[sources]]
name = "talk"
kind = "pipermail"
since = 2017-07-01
why = "Invented."
audience = "everyone"
address = "{talk.address}"
urls = ["{talk.url}"]
""")
        server.archives = Archives([talk], {"/pipermail/talk/": ["canary"]}, known=faults)
        said = top / "said"
        with said.open("w") as out:
            patched.setattr("sys.stdout", out)
            patched.setattr("sys.stderr", out)
            statuses = [main(command) for command in
                        (["collect"], ["build"], ["report", "--as-of", "2017-12"], ["status"])]  # fmt: skip
    return SimpleNamespace(data=top / "data", said=said.read_text(), statuses=statuses)


def test_the_canaries_were_there_to_be_heard(demo):
    pages = b"\0".join(opened(path) for path in (demo.data / "pages").rglob("*") if path.is_file())
    assert {SENDER, LOCAL, TOPIC, BODY, DOTTED} <= {canary for canary, _ in sung(pages)}
    assert {SENDER, LOCAL, TOPIC, DOTTED} <= {canary for canary, _ in sung(objects(demo.data))}


def test_the_end_of_a_run_leaks_nothing(canary_demo):
    """Threads of Prefect that still run when Python ends hold DuckDB, which says so on stderr."""
    assert "leaked" not in (canary_demo / "stderr").read_text()


def test_what_they_wrote_was_counted(demo):
    with duckdb.connect(str(demo.data / "stackrank.duckdb"), read_only=True) as con:
        for table, people in (("messages", "sender_name_key"), ("commits", "author_name_key")):
            counted = con.execute(f"select count(*), count(distinct {people}) from core.{table}").fetchone()
            assert min(counted) > 20, table


def test_no_canary_is_in_anything_that_is_kept_or_published_or_said(demo):
    kinds = {path.suffix for path in outside(demo.data)}
    assert {".html", ".csv", ".js", ".css", ".duckdb", ".parquet", ".jsonl", ".json", ".db"} <= kinds
    assert heard_in(demo.data) == {}
    (theirs,) = (path for path in outside(demo.data) if path.name in NOT_OURS)
    assert theirs.read_text(encoding="utf-8") == get_plotlyjs()
    assert sung(demo.said.encode()) == []


def test_names_of_files_say_nothing_either(demo):
    names = [str(path.relative_to(demo.data)) for path in demo.data.rglob("*")]
    assert sung("\n".join(names).encode()) == []


def test_a_wall_that_names_somebody_is_told_without_the_name(walled):
    assert walled.statuses == [3, 0, 0, 3]
    assert "birds/talk" in walled.said
    assert set(GIT_CANARIES) <= {canary for canary, _ in sung(objects(walled.data))}
    assert heard_in(walled.data) == {}
    assert sung(walled.said.encode()) == []


@pytest.mark.parametrize(("title", "repeated"), [
    ("Sign in", True), ("Making sure you are not a bot!", True), ("404 Not Found", True), ("Just a moment...", True),
    ("Archive download disabled.", True), ("Error 1020", True), ("", True), ("Re: Jane is not well", False),
    ("Jane's page", False), ("Ask root(a)example.org", False), ("Ünvented", False),
])  # fmt: skip
def test_a_title_is_repeated_only_where_its_words_name_nobody(title, repeated):
    assert names_nobody(title) is repeated
    said = web_page_reason(f"<title>{title}</title>".encode(), "mail")
    assert (f'called "{title}"' in said) == (repeated and bool(title))


# ---- fingerprints ----------------------------------------------------------------------------------------------


def test_no_page_and_no_file_of_the_site_has_the_fingerprint_of_a_person(demo):
    site = demo.data / "site"
    files = [path for path in site.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {
        ".html",
        ".csv",
        ".js",
        ".css",
        ".svg",
        ".duckdb",
        ".parquet",
        ".json",
        ".xml",
        ".gz",
        ".png",
        ".txt",
        ".cff",
    }
    ours = [path for path in files if path.name not in NOT_OURS]
    assert len(ours) == len(files) - 1
    assert {path.name: FINGERPRINT.findall(contents(path).lower()) for path in ours} == {p.name: [] for p in ours}


def test_the_fingerprints_of_the_database_are_such_and_none_of_them_is_in_the_site(demo):
    with duckdb.connect(str(demo.data / "stackrank.duckdb"), read_only=True) as con:
        columns = con.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where ends_with(column_name, '_key') and data_type = 'VARCHAR'"
        ).fetchall()
        keys = {
            key
            for table, column in columns
            for (key,) in con.execute(f"select distinct {column} from {table}").fetchall()
        }
    keys = {key.encode() for key in keys if key}
    assert len(keys) > 30
    assert all(FINGERPRINT.fullmatch(key) for key in keys)
    whole = b"\0".join(path.read_bytes() for path in (demo.data / "site").rglob("*") if path.is_file())
    assert keys & set(re.findall(rb"(?=([0-9a-f]{32}))", whole)) == set()
