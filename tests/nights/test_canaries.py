"""A whole night of invented people whose names sing: nothing kept or published repeats them, in any spelling."""

import base64
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.header import Header
from types import SimpleNamespace
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pytest
from plotly.offline import get_plotlyjs
from support.git import CANARIES as GIT_CANARIES
from support.git import FORGE, SINGING, made, texts

from flows.demo import archives
from flows.demo.archives import HTML, Answer, Archives, MailingList
from flows.demo.invented import Person
from flows.demo.server import serve
from pipelines.folders import CHECKOUT
from spiders.core.bodies import names_nobody, web_page_reason

KEY = "5e" * 32
SENDER, LOCAL, TOPIC, BODY, WALL, DOTTED = (
    "CanarySenderQzx", "CanaryLocalQzx", "CanaryTopicQzx", "CanaryBodyQzx", "CanaryWallQzx", "canary.dotted.qzx",
)  # fmt: skip
MAIL_CANARIES = (SENDER, LOCAL, TOPIC, BODY, WALL, DOTTED)
LOGIN = "CanaryLoginQzx"
CANARIES = (*GIT_CANARIES, *MAIL_CANARIES, LOGIN)
PEOPLE = [
    Person(f"{SENDER} Invented", (f"{LOCAL}@example.org",), "+0000"),
    Person(f"{SENDER.upper()} Ünvented", (f"{DOTTED}@example.com",), "+0000"),
    Person(f"{SENDER}", (f"{LOCAL.lower()}@example.net",), "+0000"),
]
FINGERPRINT = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
NOT_OURS = {"plotly.min.js"}
EXEMPT = {"pages", "clones"}


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


def sung(content):
    """The canaries in some bytes, with the spelling in which each is heard."""
    plain, found = content.lower(), set()
    for canary in CANARIES:
        for spelling, spelled in SPELLINGS.items():
            cased = spelling in CASED
            calls = [call for form in (canary, canary.lower(), canary.upper()) for call in spelled(form)]
            if any((call if cased else call.lower()) in (content if cased else plain) for call in calls):
                found.add((canary, spelling))
    return sorted(found)


WRITTEN = {
    "as it is": lambda text: text,
    "upper case": str.upper,
    "lower case": str.lower,
    "address": lambda text: f"<{text}@example.org>",
    "(a)": lambda text: f"{text} (a) example.org",
    "at in brackets": lambda text: f"{text}[at]example[dot]org",
    "base64 of an address": lambda text: base64.b64encode(f"to {text}@example.org".encode()).decode(),
    "base64 of a line": lambda text: base64.b64encode(f"{text}\n".encode()).decode(),
    "base64 of upper case": lambda text: base64.b64encode(f"a{text.upper()}b".encode()).decode(),
    "percent": lambda text: "".join(f"%{ord(letter):02X}" for letter in text),
    "address in a url": lambda text: quote(f"mailto:{text}@example.org", safe=""),
    "quoted-printable": lambda text: "".join(f"={ord(letter):02X}" for letter in text),
    "encoded word": lambda text: Header(f"Ü {text}", "utf-8").encode(),
    "entities": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "hexadecimal": lambda text: text.encode().hex().upper(),
}


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


# ---- the night -------------------------------------------------------------------------------------------------


def spelled_body(message):
    """A body that has the canary in every way in which it could be written."""
    return "\n".join(["Hello,", "", *(written(BODY) for written in WRITTEN.values()), "", message.name, ""])


def month(before):
    """The first day of the month that was so many months ago."""
    day = datetime.now(UTC).date().replace(day=1)
    for _ in range(before):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def lists(base_url):
    """A list of each kind of archive, and one before which a wall stands that names somebody."""
    held = {month(1): 5, month(2): 4}
    places = {
        "one": ("pipermail", "/canary/pipermail/one/"), "two": ("hyperkitty", "/canary/list/two@birds.example.org/"),
        "three": ("ponymail", "/canary/api/"), "walled": ("pipermail", "/canary/pipermail/walled/"),
    }  # fmt: skip
    return {
        name: MailingList(kind, f"{base_url}{place}", f"{name}@birds.example.org", held, "birds")
        for name, (kind, place) in places.items()
    }


def declared(base_url, known):
    blocks = [
        f"""
[[sources]]
name = "core"
kind = "git"
since = 2010-01-01
why = "Invented."
urls = ["git+{base_url}/{FORGE}/singing", "git+{base_url}/{FORGE}/gone"]
"""
    ]
    blocks += [
        f'\n[[sources]]\nname = "{name}"\nkind = "{one.kind}"\nsince = {min(one.months)}\nwhy = "Invented."\n'
        f'audience = "everyone"\naddress = "{one.address}"\nurls = ["{one.url}"]\n'
        for name, one in known.items()
    ]
    return 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2010-01-01\n' + "".join(blocks)


def stackrank(data, communities, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("STACKRANK_", "PREFECT_"))}
    environment |= {"STACKRANK_DATA": str(data), "STACKRANK_COMMUNITIES": str(communities), "STACKRANK_KEY": KEY}
    environment["PREFECT_API_AUTH_STRING"] = f"birds:{LOGIN}"
    command = [sys.executable, "-m", "flows.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=CHECKOUT)


@pytest.fixture(scope="module")
def night(tmp_path_factory, prepared_prefect):
    """One night of the real command, and what it said; then the state of things and a page dated to a month."""
    top = tmp_path_factory.mktemp("canaries")
    made(top / "served", "singing", SINGING)
    data, communities = top / "data", top / "communities"
    communities.mkdir()
    prepared_prefect(data)
    wall = f"<html><head><title>Ask {WALL}@example.org or {WALL} (a) example.org</title></head></html>".encode()
    with pytest.MonkeyPatch.context() as patched, serve(top / "served") as server:
        patched.setattr(archives, "crew", lambda *_: PEOPLE)
        patched.setattr(archives, "_body", spelled_body)
        patched.setattr(archives, "SUBJECTS", (f"{TOPIC} asks {LOCAL}@example.org",))
        patched.setitem(archives.FAULTS, "canary", lambda _: Answer(403, HTML, wall))
        known = lists(server.base_url)
        (communities / "birds.toml").write_text(declared(server.base_url, known))
        walled = known["walled"].url.removeprefix(server.base_url)
        server.archives = Archives(list(known.values()), {walled: ["canary"]}, b"User-agent: *\nDisallow:\n")
        said = [stackrank(data, communities, "nightly"), stackrank(data, communities, "status")]
        said.append(stackrank(data, communities, "report", "--as-of", "2017-12"))
        archives._messages.cache_clear()
    return SimpleNamespace(data=data, said=said)


def opened(path):
    """The bytes of a kept file, unpacked; of a clone's object, of whatever git makes of it."""
    if path.suffix in (".gz", ".zst"):
        with pa.input_stream(path, compression="gzip" if path.suffix == ".gz" else "zstd") as packed:
            return packed.read()
    return path.read_bytes()


def told(path):
    """All that a file says: its bytes, and where they are packed what is in them."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        return content + texts(path)
    if path.suffix != ".duckdb":
        return content
    with duckdb.connect(str(path), read_only=True) as con:
        names = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return content + repr([con.execute(f"from {name}").fetchall() for (name,) in names]).encode()


def outside(data):
    return [p for p in data.rglob("*") if p.is_file() and p.relative_to(data).parts[0] not in EXEMPT]


def test_the_canaries_were_there_to_be_heard(night):
    nightly, status, report = night.said
    assert (nightly.returncode, report.returncode) == (3, 0), nightly.stderr + report.stderr
    assert "birds/walled" in nightly.stdout + nightly.stderr + status.stdout + status.stderr
    pages = b"\0".join(opened(path) for path in (night.data / "pages").rglob("*") if path.is_file())
    heard = {canary for canary, _ in sung(pages)}
    assert {SENDER, LOCAL, TOPIC, BODY} <= heard
    (clone,) = (night.data / "clones").rglob("singing.git")
    show = ["git", "-C", str(clone), "cat-file", "--batch-all-objects", "--batch"]
    objects = subprocess.run(show, capture_output=True, check=True).stdout
    assert {canary for canary, _ in sung(objects)} == set(GIT_CANARIES)


def test_what_they_wrote_was_counted(night):
    with duckdb.connect(str(night.data / "stackrank.duckdb"), read_only=True) as con:
        assert con.execute("select count(*) from core.messages").fetchall() == [(27,)]
        assert con.execute("select count(*) from core.commits").fetchall() == [(2,)]
        (people,) = con.execute("select count(distinct sender_name_key) from core.messages").fetchone()
    assert people >= 2


def test_no_canary_is_in_anything_that_is_kept_or_published_or_said(night):
    files = outside(night.data)
    kinds = {path.suffix for path in files}
    assert {".html", ".csv", ".js", ".css", ".duckdb", ".parquet", ".jsonl", ".json", ".db"} <= kinds
    heard = {str(path.relative_to(night.data)): sung(told(path)) for path in files if path.name not in NOT_OURS}
    assert {name: canaries for name, canaries in heard.items() if canaries} == {}
    (theirs,) = (path for path in files if path.name in NOT_OURS)
    assert theirs.read_text(encoding="utf-8") == get_plotlyjs()
    for each in night.said:
        assert sung((each.stdout + each.stderr).encode()) == []


def test_names_of_files_say_nothing_either(night):
    names = [str(path.relative_to(night.data)) for path in night.data.rglob("*")]
    assert sung("\n".join(names).encode()) == []


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


def test_no_page_and_no_file_of_the_site_has_the_fingerprint_of_a_person(night):
    site = night.data / "site"
    files = [path for path in site.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".html", ".csv", ".js", ".css"}
    ours = [path for path in files if path.name not in NOT_OURS]
    assert len(ours) == len(files) - 1
    assert {path.name: FINGERPRINT.findall(path.read_bytes().lower()) for path in ours} == {p.name: [] for p in ours}


def test_the_fingerprints_of_the_database_are_such_and_none_of_them_is_in_the_site(night):
    with duckdb.connect(str(night.data / "stackrank.duckdb"), read_only=True) as con:
        columns = con.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns() "
            "where ends_with(column_name, '_key') and data_type = 'VARCHAR'"
        ).fetchall()
        keys = {key for table, column in columns for (key,) in con.execute(f"select {column} from {table}").fetchall()}
    keys = {key.encode() for key in keys if key}
    assert len(keys) > 30
    assert all(FINGERPRINT.fullmatch(key) for key in keys)
    whole = b"\0".join(path.read_bytes() for path in (night.data / "site").rglob("*") if path.is_file())
    assert [key for key in keys if key in whole] == []
