"""A demo of invented people with canary names: nothing kept or published repeats them, in any spelling."""

import base64
import re
import subprocess
from datetime import date
from types import SimpleNamespace

import duckdb
import pyarrow as pa
import pytest
from plotly.offline import get_plotlyjs
from support.canary_demo import BODY, CANARIES, DOTTED, LOCAL, SENDER, TOPIC, WRITTEN
from support.git import CANARIES as GIT_CANARIES
from support.git import FORGE, SINGING, made, texts

from flows.cli import main
from flows.demo.archives import FAULTS, HTML, Answer, Archives
from flows.demo.mail import MailingList
from flows.demo.server import serve
from spiders.core.bodies import names_nobody, web_page_reason

WALL = "CanaryWallQzx"
ALL_CANARIES = (*CANARIES, *GIT_CANARIES, WALL)
FINGERPRINT = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
NOT_OURS = {"plotly.min.js"}
EXEMPT = {"pages", "clones", "served"}
"""Where names may be: mail and repositories as they are served and kept."""


# ---- how a canary sounds ---------------------------------------------------------------------------------------


def inside_base64(text):
    """What base64 makes of a text that stands somewhere in others, at each of its three alignments."""
    for before in range(3):
        packed = base64.b64encode(b"\0" * before + text.encode())
        yield packed[(before * 8 + 5) // 6 : (before + len(text)) * 8 // 6]


DOTS = (" dot ", "(dot)", " (dot) ", "[dot]", "=2e", "%2e", "&#46;")
SPELLINGS = {
    "plain": lambda text: [text.encode()],
    "utf-16": lambda text: [text.encode("utf-16-le"), text.encode("utf-16-be")],
    "base64": lambda text: list(inside_base64(text)),
    "percent": lambda text: ["".join(f"%{byte:02x}" for byte in text.encode()).encode()],
    "quoted-printable": lambda text: ["".join(f"={byte:02x}" for byte in text.encode()).encode()],
    "hexadecimal": lambda text: [text.encode().hex().encode()],
    "entities": lambda text: ["".join(f"&#{byte};" for byte in text.encode()).encode()],
    "dots in words": lambda text: [text.replace(".", dot).encode() for dot in DOTS if "." in text],
}
CASED = ("base64",)


def spelled(text, spelling):
    """A text in a spelling, as it is and in both cases."""
    calls = [call for form in (text, text.lower(), text.upper()) for call in SPELLINGS[spelling](form)]
    return set(calls) if spelling in CASED else {call.lower() for call in calls}


CALLS = {spelling: {canary: spelled(canary, spelling) for canary in ALL_CANARIES} for spelling in SPELLINGS}
FIRST = {spelling: spelled("canary", spelling) | spelled("Canary", spelling) for spelling in SPELLINGS}
FIRST["dots in words"] = FIRST["plain"]
"""What every canary has in a spelling: most files have none of it, and need no longer look."""


def sung(content):
    """The canaries in some bytes, with the spelling in which each is heard."""
    plain, found = content.lower(), set()
    for spelling, canaries in CALLS.items():
        heard = content if spelling in CASED else plain
        if any(call in heard for call in FIRST[spelling]):
            found |= {(canary, spelling) for canary, calls in canaries.items() if any(call in heard for call in calls)}
    return sorted(found)


@pytest.mark.parametrize("canary", [SENDER, DOTTED])
@pytest.mark.parametrize("written", WRITTEN)
def test_a_canary_that_got_out_would_be_heard_in_every_spelling(written, canary):
    for before in ("", "x", "xx"):
        assert canary in dict(sung(f"{before} {WRITTEN[written](canary)} {before}".encode())), before
    assert canary in dict(sung(canary.encode("utf-16-le")))
    assert sung(b"Canary islands, Qzx; Y2FuYXJ5 %63%61%6e") == []


@pytest.mark.parametrize("dot", [" dot ", "(dot)", " (dot) ", "[dot]"])
def test_a_canary_with_its_dots_in_words_would_be_heard(dot):
    assert sung(f"{DOTTED.replace('.', dot)} (a) example (dot) com".encode()) == [(DOTTED, "dots in words")]


# ---- the demo --------------------------------------------------------------------------------------------------


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


def opened(path):
    """The bytes of a kept file, unpacked; of a clone's object, of whatever git makes of it."""
    if path.suffix in (".gz", ".zst"):
        with pa.input_stream(path, compression="gzip" if path.suffix == ".gz" else "zstd") as packed:
            return packed.read()
    return path.read_bytes()


TEXT_COLUMNS = """select schema_name || '.' || table_name, column_name from duckdb_columns()
where data_type like 'VARCHAR%' and not internal"""


def told(path):
    """The bytes of a file, and where they are packed what is in them; of a database each text once."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        return content + texts(path)
    if path.suffix != ".duckdb":
        return content
    with duckdb.connect(str(path), read_only=True) as con:
        columns = con.execute(TEXT_COLUMNS).fetchall()
        distinct = [
            con.execute(f"select distinct {column}::varchar from {table}").fetchall() for table, column in columns
        ]
    return content + "\n".join(text for rows in distinct for (text,) in rows if text).encode()


def outside(data):
    return [p for p in data.rglob("*") if p.is_file() and p.relative_to(data).parts[0] not in EXEMPT]


def heard_in(data):
    """The canaries in each file that is kept or published."""
    found = {str(path.relative_to(data)): sung(told(path)) for path in outside(data) if path.name not in NOT_OURS}
    return {name: canaries for name, canaries in found.items() if canaries}


def objects(data):
    """All that the clones hold, as git prints it."""
    show = ("cat-file", "--batch-all-objects", "--batch")
    clones = list((data / "clones").rglob("*.git"))
    return b"".join(
        subprocess.run(["git", "-C", clone, *show], capture_output=True, check=True).stdout for clone in clones
    )


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
    }
    ours = [path for path in files if path.name not in NOT_OURS]
    assert len(ours) == len(files) - 1
    assert {path.name: FINGERPRINT.findall(told(path).lower()) for path in ours} == {p.name: [] for p in ours}


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
