"""The git spider against a real git server over HTTP: what it asks for, what it lands, how each visit ends."""

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from socketserver import ThreadingTCPServer
from types import SimpleNamespace
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy import Request
from scrapy.settings import Settings
from support.git import (
    CANARIES,
    FORGE,
    KEY,
    NOON_2010,
    PATIENT,
    SINGING,
    block,
    commit,
    declared,
    history,
    imported,
    line,
    made,
    texts,
)

from flows.collect import collect
from flows.demo import places
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing import set_aside
from pipelines.landing.schemas import COMMITS
from pipelines.landing.store import Harvest, land
from pipelines.landing.stored import read_unit, read_visit, stored_files
from pipelines.landing.visits import read_visits
from pipelines.model import Verdict, Visit
from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.rules.bots_commits import load_commit_bots
from spiders.code import git_download
from spiders.code.git_log import commits, log
from spiders.code.project_list import repositories

KEYED = Pseudonyms(bytes.fromhex(KEY))
CORE = ("files", "plain", "odd", "grows", "shrinks", "empties", "empty", "missing", "headless", "halfmade", "stale")
LISTS = ("projects", "login", "empty", "nowhere")


# ---- invented repositories -------------------------------------------------------------------------------------


def marks(bare: Path) -> dict[int, str]:
    pairs = (row.split() for row in (bare / "marks").read_text().splitlines())
    return {int(mark[1:]): name for mark, name in pairs}


MAILMAP = commit(1, path=b".mailmap", text=b"Other Name <jane@example.org>\n") + commit(
    2, parents=(1,), author=b"Joe Invented <joe@example.net>", path=b"code/main.py", text=b"print()\n"
)
JOSE = b"Jos\xe9 Invented <jose@example.net>"
CO_AUTHORS = b"""Let them in

Written with caf\xe9.

Co-authored-by: Ann Invented <ann@example.org>
CO-AUTHORED-BY: Bob <bob at example.net>
co-Authored-By:Jos\xe9 Invented <jose@example.net>
Mentioned Co-authored-by: Nobody <nobody@example.org>
"""
BOT = b"dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"
ODD = [
    commit(1, at=b"0 +0000"),
    commit(2, author=JOSE, at=b"1500000000 +0545", parents=(1,)),
    commit(3, author=JOSE, at=b"1500000001 -0330", parents=(2,), encoding=b"ISO-8859-1"),
    commit(4, author=b"<nameless@example.org>", parents=(3,)),
    commit(5, author=b"No Address <>", parents=(4,)),
    commit(6, author=b"jane@example.org <jane@example.org>", parents=(5,)),
    commit(7, CO_AUTHORS, parents=(6,)),
    commit(8, b'Revert "Let them in"\n', parents=(7,)),
    commit(9, b"Undo\n\nThis reverts commit " + b"0123456" + b".\n", parents=(8,)),
    commit(10, b"Explain\n\nSee: Revert \"Let them in\"; it says This reverts commit 0123456.\n", parents=(9,)),
    commit(11, author=BOT, committer=b"GitHub <noreply@github.com> 1600000000 +0000", parents=(10,)),
    commit(12, committer=b"Gerrit Code Review <review@example.org> 1600000001 -0700", parents=(11,)),
    commit(13, at=b"4102444800 +0000", parents=(12,)),
    commit(14, branch=b"second"),
    commit(15, branch=b"third"),
    commit(16, parents=(13, 14)),
    commit(17, parents=(16, 15, 14)),
    commit(18, b"", parents=(17,)),
    commit(19, branch=b"unmerged", parents=(18,)),
    b"tag v1\nfrom :17\ntagger Tess Invented <tess@example.org> 1700000000 +0100\ndata 2\nv1\n",
    b"reset refs/tags/v0\nfrom :3\n\n",
]  # fmt: skip


# ---- one house, visited three times -----------------------------------------------------------------------------


class Pages(BaseHTTPRequestHandler):
    """Answers with two invented pages; everything else, robots.txt too, is not there."""

    pages: ClassVar = {
        "/projects.yaml": b"""
birds:
  deliverables:
    wings: {repos: [birds/files, birds/listed, ../x/y, -c/evil]}
    beaks: {repos: [a/b/c, birds/listed, jane@example.org/x]}
fish:
  deliverables: {}
""",
        "/login.yaml": b"<!DOCTYPE html><html><body><h1>Sign in: please</h1>&nbsp;</body></html>",
        "/empty.yaml": b"{}",
    }

    def do_GET(self):
        page = self.pages.get(self.path)
        self.send_response(200 if page else 404)
        self.send_header("Content-Length", str(len(page or b"")))
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_):
        """Print nothing."""


@contextlib.contextmanager
def pages():
    with ThreadingTCPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class House:
    """Served repositories and a data folder; `night` visits them all and keeps what came of it."""

    def __init__(self, top: Path) -> None:
        self.top, self.root = top, top / "served"
        self.nights = []
        self.files = []

    def declare(self, git_url: str, page_url: str) -> None:
        listed = {"url_template": f"git+{git_url}/forge.example.org/{{repository}}"}
        self.where = declared(
            self.top,
            block("core", urls=[f"git+{git_url}/{FORGE}/{name}" for name in CORE]),
            *(block(name, urls_from=f"{page_url}/{name}.yaml", **listed)
              for name in LISTS),
        )  # fmt: skip

    def night(self, server) -> None:
        seen = len(server.requests)
        sources = [s for c in load_catalogue(self.where.communities) for s in c.sources]
        done = collect(self.where, sources)
        done = SimpleNamespace(
            visits={(v.source, v.unit): v for v in done.visits}, silent=done.unvisited, requests=server.requests[seen:]
        )
        self.nights.append(done)
        parquet = stored_files(self.where.observations)
        self.files.append({p.stem: (p.read_bytes(), p.stat().st_mtime_ns) for p in parquet})

    def visit(self, night: int, unit: str, source: str = "core") -> Visit:
        return self.nights[night].visits[source, unit]

    def clone(self, name: str) -> Path:
        return self.where.clones / f"birds/core/birds/{name}.git"

    def bare(self, name: str) -> Path:
        return self.root / FORGE / f"{name}.git"

    def landed(self, name: str) -> Path:
        return self.where.observations / f"birds/core/birds/{name}.parquet"


@pytest.fixture(scope="module", autouse=True)
def keyed(tmp_path_factory):
    """Give this module its own key and folders; let each repository say whether filters are allowed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STACKRANK_KEY", KEY)
        patch.setenv("STACKRANK_DATA", str(tmp_path_factory.mktemp("unused")))
        patch.setenv("STACKRANK_COMMUNITIES", str(tmp_path_factory.mktemp("undeclared")))
        patch.delitem(places.CONFIGURATION, "uploadpack.allowFilter")
        yield


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Three nights: everything is new; nothing is; some repositories have changed."""
    house = House(tmp_path_factory.mktemp("house"))
    furnish(house.root)
    with serve(house.root) as server, pages() as page_url:
        house.declare(server.base_url, page_url)
        half_made(house)
        house.night(server)
        house.night(server)
        imported(house.bare("grows"), commit(99, parents=(b"refs/heads/main^0",)))
        places.git(house.bare("shrinks"), "update-ref", "refs/heads/main", "main~5")
        places.git(house.bare("empties"), "update-ref", "-d", "refs/heads/main")
        house.night(server)
        assert server.complaints == []
        yield house


def furnish(root: Path) -> None:
    made(root, "files", MAILMAP)
    made(root, "plain", MAILMAP, filters=False)
    odd = made(root, "odd", b"".join(ODD))
    note = places.git(odd, "hash-object", "-w", odd / "config").strip()
    places.git(odd, "update-ref", "refs/tags/note", note)
    for name in ("grows", "shrinks", "empties", "halfmade", "stale", "listed"):
        made(root, name, line(10))
    made(root, "empty")
    made(root, "headless", line(2), head="trunk")


def half_made(house: House) -> None:
    """Leave what a killed git leaves behind."""
    (house.clone("halfmade") / "objects").mkdir(parents=True)
    (house.clone("halfmade") / "HEAD").write_text("ref: refs/heads/main\n")
    stale = house.clone("stale")
    stale.mkdir()
    places.git(stale, "init", "--quiet", "--bare", "--template=")
    (stale / "refs/stackrank").mkdir()
    (stale / "objects/pack").mkdir(exist_ok=True)
    (stale / "objects/ab").mkdir()
    left = ("config.lock", "refs/stackrank/head.lock", "objects/pack/tmp_pack_x", "objects/ab/tmp_obj_x")
    for name in (*left, "packed-refs.lock"):
        (stale / name).touch()


# ---- what is asked for -----------------------------------------------------------------------------------------


def kinds(clone: Path) -> Counter[str]:
    listed = places.git(clone, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    return Counter(listed.split())


def asked(house: House, night: int, name: str) -> list[tuple[str, str]]:
    path = f"/{FORGE}/{name}/"
    return [(r.method, r.path.removeprefix(path)) for r in house.nights[night].requests if r.path.startswith(path)]


REFERENCES = ("GET", "info/refs?service=git-upload-pack")
QUESTION = ("POST", "git-upload-pack")


@pytest.mark.long
def test_only_commits_and_tags_are_held_and_reading_them_asks_for_nothing(house):
    assert house.visit(0, "birds/files").verdict == "ok"
    assert house.visit(0, "birds/files").observations == 2
    assert kinds(house.bare("files")) == {"commit": 2, "tree": 3, "blob": 2}
    assert kinds(house.clone("files")) == {"commit": 2}
    assert asked(house, 0, "files") == [REFERENCES, QUESTION, QUESTION], "the references, then one pack"
    assert asked(house, 1, "files") == [REFERENCES, QUESTION], "the references only"


@pytest.mark.long
def test_reading_like_everybody_would_have_brought_the_mailmap(house, tmp_path):
    clone = shutil.copytree(house.clone("files"), tmp_path / "clone.git")
    places.git(clone, "update-ref", "--no-deref", "HEAD", history(house.bare("files"))[0])
    lazy = places.environment() | {"GIT_NO_LAZY_FETCH": "0"}
    with serve(house.root) as server:
        remote = {"url": f"{server.base_url}/{FORGE}/files", "promisor": "true", "partialclonefilter": "tree:0"}
        for key, value in remote.items():
            places.git(clone, "config", f"remote.origin.{key}", value)
        list(log(clone))
        assert server.requests == []
        subprocess.run(["git", "-C", clone, "log", "--format=%aN"], env=lazy, check=True, capture_output=True)
        assert len(server.requests) > 1
    assert kinds(clone)["blob"] == 1


@pytest.mark.long
def test_names_are_those_of_the_commits_not_of_the_mailmap(house):
    authors = set(pq.read_table(house.landed("files"))["author_name_key"].to_pylist())
    assert authors == {KEYED.of(name, b"").name_key for name in (b"Jane Invented", b"Joe Invented")}


@pytest.mark.long
def test_a_server_that_ignores_the_filter_is_noticed_and_its_commits_are_landed(house):
    visit = house.visit(0, "birds/plain")
    assert (visit.verdict, visit.observations) == ("ok", 2)
    assert "the server ignored the filter" in visit.note
    assert kinds(house.clone("plain"))["blob"] == 2
    assert house.visit(0, "birds/files").note == ""


# ---- what is landed --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def odd(house):
    """The rows landed of the odd repository, by their marks."""
    rows = {row["hash"]: row for row in pq.read_table(house.landed("odd")).to_pylist()}
    return {mark: rows[name] for mark, name in marks(house.bare("odd")).items() if name in rows}


@pytest.mark.long
def test_the_commits_of_the_default_branch_are_landed_in_gits_order(house, odd):
    table = pq.read_table(house.landed("odd"))
    assert table.schema.names == COMMITS.names
    assert table["hash"].to_pylist() == places.git(house.bare("odd"), "log", "--format=%H", "HEAD").split()
    assert set(odd) == set(range(1, 19)), "the branch that was not merged stays away"


@pytest.mark.long
def test_parents_are_those_of_git(house, odd):
    listed = places.git(house.bare("odd"), "rev-list", "--parents", "HEAD").splitlines()
    parents = {row.split()[0]: row.split()[1:] for row in listed}
    assert {r["hash"]: r["parent_hashes"] for r in odd.values()} == parents
    assert {r["hash"]: r["parents"] for r in odd.values()} == {name: len(of) for name, of in parents.items()}
    assert [odd[mark]["parents"] for mark in (1, 2, 16, 17)] == [0, 1, 2, 3]


@pytest.mark.long
def test_times_are_utc_and_keep_their_offsets(odd):
    def moment(seconds: int) -> datetime:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)

    assert odd[1]["authored_at"] == odd[1]["committed_at"] == datetime(1970, 1, 1)
    assert odd[13]["authored_at"] == datetime(2100, 1, 1)
    assert (odd[2]["authored_at"], odd[2]["authored_offset"]) == (moment(1_500_000_000), 5 * 60 + 45)
    assert (odd[3]["committed_at"], odd[3]["committed_offset"]) == (moment(1_500_000_001), -(3 * 60 + 30))
    assert (odd[12]["authored_at"], odd[12]["authored_offset"]) == (moment(NOON_2010 + 12), 0)
    assert (odd[12]["committed_at"], odd[12]["committed_offset"]) == (moment(1_600_000_001), -7 * 60)


@pytest.mark.long
@pytest.mark.parametrize(
    ("mark", "name", "address"),
    [
        (1, b"Jane Invented", b"jane@example.org"),
        (2, b"Jos\xe9 Invented", b"jose@example.net"),
        (3, "José Invented".encode(), b"jose@example.net"),
        (4, b"", b"nameless@example.org"),
        (5, b"No Address", b""),
        (6, b"jane@example.org", b"jane@example.org"),
        (11, b"dependabot[bot]", b"49699333+dependabot[bot]@users.noreply.github.com"),
    ],
)
def test_authors_are_the_fingerprints_of_their_bytes(odd, mark, name, address):
    landed = {field: odd[mark][f"author_{field}"] for field in KEYED.of(name, address)._fields}
    assert landed == KEYED.of(name, address)._asdict()


@pytest.mark.long
def test_bytes_without_an_encoding_are_the_same_person(odd):
    assert odd[2]["author_name_key"] == odd[3]["author_name_key"]
    assert odd[2]["author_name_exact_key"] != odd[3]["author_name_exact_key"]


@pytest.mark.long
def test_missing_parts_are_null_and_never_a_key_of_nothing(odd):
    assert (odd[4]["author_name_key"], odd[4]["author_name_words"]) == (None, 0)
    assert (odd[5]["author_address_key"], odd[5]["author_domain"]) == (None, None)
    assert odd[6]["author_name_key"] != odd[6]["author_address_key"]


@pytest.mark.long
def test_co_authors_are_read_from_trailers_in_their_order(odd):
    people = [(b"Ann Invented", b"ann@example.org"), (b"Bob", b"bob@example.net"), (b"Jos\xe9 Invented", b"jose@example.net")]  # fmt: skip  # noqa: E501
    assert odd[7]["co_author_name_keys"] == [KEYED.of(*pair).name_key for pair in people]
    assert odd[7]["co_author_address_keys"] == [KEYED.of(*pair).address_key for pair in people]
    assert [mark for mark, row in odd.items() if row["co_author_name_keys"] != []] == [7]


@pytest.mark.long
def test_reverts_are_those_whose_message_says_so(odd):
    assert sorted(mark for mark, row in odd.items() if row["revert"]) == [8, 9]


@pytest.mark.long
def test_bots_are_named_by_their_rule(odd):
    assert {mark: row["author_bot_rule"] for mark, row in odd.items() if row["author_bot_rule"]} == {11: "app-account"}
    committers = {mark: row["committer_bot_rule"] for mark, row in odd.items() if row["committer_bot_rule"]}
    assert committers == {11: "github-web", 12: "gerrit"}


@pytest.mark.long
def test_tags_that_lead_to_commits_are_in_the_footer_with_their_dates(house):
    of = marks(house.bare("odd"))
    assert read_unit(house.landed("odd")).tags == [
        {"tag": "v0", "hash": of[3], "seconds": 1_500_000_001, "dated_by": "commit"},
        {"tag": "v1", "hash": of[17], "seconds": 1_700_000_000, "dated_by": "tag"},
    ]


@pytest.mark.long
def test_the_footer_holds_the_visit_with_key_and_reader(house):
    assert read_visit(house.landed("odd")) == house.visit(0, "birds/odd")
    assert house.visit(0, "birds/odd").key_id == KEYED.key_id
    assert house.visit(0, "birds/odd").reader.startswith("git/4+")


# ---- how visits end --------------------------------------------------------------------------------------------


@pytest.mark.long
def test_every_unit_has_a_visit_every_night(house):
    expected = {("core", f"birds/{name}") for name in CORE}
    for night in house.nights:
        assert expected <= set(night.visits)
        assert night.silent == ()


@pytest.mark.long
def test_what_has_not_changed_is_not_touched(house):
    fetched = ("files", "plain", "odd", "grows", "shrinks", "empties", "halfmade", "stale")
    assert {house.visit(1, f"birds/{name}").verdict for name in fetched} == {"unchanged"}
    assert house.visit(1, "birds/listed", "projects").verdict == "unchanged"
    assert house.files[1] == house.files[0]
    assert house.visit(1, "birds/odd").observations == 18


@pytest.mark.long
def test_a_new_commit_is_one_more_row(house):
    visit = house.visit(2, "birds/grows")
    assert (visit.verdict, visit.observations) == ("ok", 11)
    assert pq.read_table(house.landed("grows"))["hash"].to_pylist() == history(house.bare("grows"))
    assert {name for name, file in house.files[2].items() if file != house.files[1][name]} == {"grows"}


@pytest.mark.long
def test_r14_a_history_that_shrinks_keeps_what_was_landed(house):
    visit = house.visit(2, "birds/shrinks")
    assert (visit.verdict, visit.observations) == ("shrunk", 5)
    assert visit.reason == "shrank from 10 to 5: the earlier harvest is kept"
    assert pq.read_metadata(house.landed("shrinks")).num_rows == 10


@pytest.mark.long
def test_a_history_that_is_emptied_keeps_what_was_landed(house):
    visit = house.visit(2, "birds/empties")
    assert (visit.verdict, visit.observations) == ("shrunk", None)
    assert "the earlier history is kept" in visit.reason
    assert pq.read_metadata(house.landed("empties")).num_rows == 10


@pytest.mark.long
def test_nothing_to_land_has_its_own_verdicts(house):
    assert {house.visit(night, "birds/empty").verdict for night in range(3)} == {"empty"}
    assert house.visit(0, "birds/empty").observations == 0
    assert house.visit(0, "birds/missing").verdict == "gone"
    assert house.visit(0, "birds/headless").verdict == "failed"
    assert house.visit(0, "birds/headless").reason == "the repository has branches or tags, but no HEAD"
    assert not {"empty", "missing", "headless"} & set(house.files[2])


@pytest.mark.long
@pytest.mark.parametrize("name", ["halfmade", "stale"])
def test_what_a_killed_git_leaves_is_swept(house, name):
    assert (house.visit(0, f"birds/{name}").verdict, house.visit(0, f"birds/{name}").observations) == ("ok", 10)
    left = [p.name for p in house.clone(name).rglob("*") if p.name.endswith(".lock") or p.name.startswith("tmp_")]
    assert left == []


# ---- sources that read their repositories from a page ----------------------------------------------------------


@pytest.mark.long
def test_listed_repositories_are_visited_unless_another_source_names_them(house):
    listed = {unit: v.verdict for (source, unit), v in house.nights[0].visits.items() if source == "projects"}
    assert listed == {
        "birds/listed": "ok",
        "../x/y": "refused",
        "-c/evil": "refused",
        "a/b/c": "refused",
        "[address]": "refused",
    }
    assert "not the owner/name" in house.visit(0, "../x/y", "projects").reason
    assert "jane" not in house.visit(0, "[address]", "projects").reason
    assert sorted(p.name for p in (house.where.clones / "birds/projects").iterdir()) == ["birds"]


@pytest.mark.long
@pytest.mark.parametrize(("source", "reason"), [("login", "no"), ("empty", "names none"), ("nowhere", "answered 404")])
def test_r01_a_list_that_is_none_is_a_failure_not_an_empty_source(house, source, reason):
    visits = [v for (name, _), v in house.nights[0].visits.items() if name == source]
    assert [v.verdict for v in visits] == ["failed"]
    assert reason in visits[0].reason


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"just words",
        b"- a\n- b\n",
        b"a: b",
        b"{",
        b"\xff\xfe\x00",
        b"a: {deliverables: {b: {repos: 7}}}",
        b"a: !x y",
    ],
)
def test_a_page_that_is_no_list_of_repositories_raises(page):
    with pytest.raises(ValueError, match="list of repositories"):
        repositories(page)


# ---- the reader ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(house) -> bytes:
    return b"".join(log(house.clone("odd")))


def read(*chunks: bytes) -> pa.Table:
    return pa.Table.from_batches(commits(chunks, KEYED, load_commit_bots()), schema=COMMITS).combine_chunks()


@pytest.mark.long
@settings(max_examples=40, deadline=None, database=None)
@given(data=st.data())
def test_the_reader_gives_the_same_rows_in_any_chunking(recorded, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(recorded)), max_size=40)))
    ends = [0, *cuts, len(recorded)]
    assert read(*(recorded[a:b] for a, b in pairwise(ends))).equals(read(recorded))


@pytest.mark.long
def test_the_reader_gives_the_same_rows_byte_by_byte(recorded):
    assert read(*(recorded[i : i + 1] for i in range(len(recorded)))).equals(read(recorded))
    assert read(recorded).num_rows == 18
    assert read().num_rows == 0


@pytest.mark.long
@settings(max_examples=40, deadline=None, database=None)
@given(data=st.data())
def test_a_stream_that_is_cut_inside_a_commit_raises(recorded, data):
    cut = data.draw(st.integers(1, len(recorded) - 1))
    if recorded[:cut].count(b"\0") % 9 or not recorded[:cut].endswith(b"\0"):
        with pytest.raises(ValueError, match="cut off"):
            read(recorded[:cut])
    else:
        assert read(recorded[:cut]).num_rows == recorded[:cut].count(b"\0") // 9


@pytest.mark.parametrize(
    "garbage",
    [b"fatal: no", b"\0" * 9, b"a\0" * 9, b"\xff\0" * 900, b"0" * 40 + b"\n" + b"\0" * 9, b"g" * 40 + b"\0" * 9],
)
def test_garbage_raises(garbage):
    with pytest.raises(ValueError, match=r"without a hash|cut off"):
        read(garbage)


def test_a_log_that_git_refuses_raises(tmp_path):
    places.git(tmp_path / "none.git", "init", "--quiet", "--bare")
    with pytest.raises(OSError, match="git log"):
        list(log(tmp_path / "none.git"))


# ---- landing ---------------------------------------------------------------------------------------------------


def harvest(recorded: bytes, error: Exception | None = None) -> Harvest:
    def batches():
        yield from commits([recorded], KEYED, load_commit_bots())
        if error:
            raise error

    visit = Visit(
        "birds", "core", "git", "birds/odd", "git+http://x/birds/odd", datetime(2026, 1, 2, tzinfo=UTC), Verdict.OK
    )
    return Harvest(visit, 0.0, COMMITS, batches(), [])


@pytest.fixture
def landed_once(recorded, tmp_path):
    """A data folder that holds one harvest."""
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    assert land(where, harvest(recorded)).verdict == "ok"
    return where, where.observations / "birds/core/birds/odd.parquet"


@pytest.mark.long
@pytest.mark.parametrize(
    "error",
    [ValueError("cut, says jane@example.org"), OSError("disk full"), pa.ArrowInvalid("no such column")],
    ids=repr,
)
def test_a_harvest_that_breaks_off_changes_nothing_but_the_visits(landed_once, recorded, error):
    where, file = landed_once
    before = file.read_bytes()
    visit = land(where, harvest(recorded, error))
    assert visit.verdict == "failed"
    assert visit.reason.startswith("the reading stopped: ")
    assert "jane" not in visit.reason
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]
    assert [v.verdict for v in read_visits(where.visits)] == ["ok", "failed"]


@pytest.mark.long
def test_a_mistake_of_ours_is_a_failed_visit_without_its_words_and_leaves_no_draft(landed_once, recorded):
    where, file = landed_once
    before = file.read_bytes()
    visit = land(where, harvest(recorded, KeyError("Jane Invented")))
    assert (visit.verdict, visit.reason) == ("failed", "the reading stopped: KeyError")
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.long
def test_a_torn_line_of_visits_is_passed_over_and_ended(landed_once, recorded):
    where, _ = landed_once
    (file,) = where.visits.rglob("*.jsonl")
    with file.open("ab") as visits:
        visits.write(b'{"community": "bi')
    land(where, harvest(recorded))
    assert [v.verdict for v in read_visits(where.visits)] == ["ok", "ok"]


# ---- one host, one source, at a time ---------------------------------------------------------------------------


class FakeFetch:
    """Counts how many run at once, per host."""

    running: ClassVar[Counter[str]] = Counter()
    most: ClassVar[Counter[str]] = Counter()

    def __init__(self, clone, url, **_):
        self.host = url.split("/")[2]

    async def run(self):
        FakeFetch.running[self.host] += 1
        FakeFetch.most[self.host] = max(FakeFetch.most[self.host], FakeFetch.running[self.host])
        for _ in range(20):
            await asyncio.sleep(0)
        FakeFetch.running[self.host] -= 1
        return {"head": None}


def handler(**settings) -> git_download.GitDownloadHandler:
    known = {"USER_AGENT": "test", "GIT_TIMEOUT": 60, "GIT_MAX_BYTES": 1 << 20, "CONCURRENT_REQUESTS_PER_DOMAIN": 2}
    return git_download.GitDownloadHandler(SimpleNamespace(settings=Settings(known | settings), spider=PATIENT))


def fetch(url: str, tmp_path: Path) -> Request:
    return Request(url, meta={"clone": str(tmp_path / "clone.git")}, cb_kwargs={"source": None, "unit": ""})


def test_a_host_has_at_most_two_fetches_at_a_time_and_hosts_do_not_wait_for_each_other(monkeypatch, tmp_path):
    monkeypatch.setattr(git_download, "Fetch", FakeFetch)

    async def all_at_once():
        shared = handler()
        urls = [f"git+https://{host}.example.org/birds/{n}" for host in ("one", "two") for n in range(6)]
        return await asyncio.gather(*(shared.download_request(fetch(url, tmp_path)) for url in urls))

    answers = asyncio.run(all_at_once())
    assert len(answers) == 12
    assert FakeFetch.most == {"one.example.org": 2, "two.example.org": 2}


def test_a_fetch_that_takes_too_long_fails_with_a_reason(monkeypatch, tmp_path):
    monkeypatch.setattr(git_download, "Fetch", FakeFetch)
    with pytest.raises(git_download.GitError, match="not finished after 0 s") as failure:
        asyncio.run(handler(GIT_TIMEOUT=0).download_request(fetch("git+https://slow.example.org/birds/x", tmp_path)))
    assert failure.value.verdict == "failed"


@pytest.mark.long
def test_a_second_collector_of_a_source_is_refused_and_its_unit_is_silent(tmp_path, capfd):
    where = declared(tmp_path, block("core", urls=["git+http://127.0.0.1:9/birds/one"]))
    (where.data / "locks").mkdir(parents=True)
    with (where.data / "locks/birds.core").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(json.dumps({"process": os.getpid()}))
        lock.flush()
        done = collect(where, load_catalogue(where.communities)[0].sources)
    assert done.visits == ()
    assert done.unvisited == ("birds/core birds/one",)
    said = capfd.readouterr().err
    assert "birds/core is being collected already" in said
    assert f'"process": {os.getpid()}' in said
    assert not where.clones.exists()


def cut_pack(clone):
    (pack,) = clone.glob("objects/pack/*.pack")
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:100])


def put_a_file_in_its_place(clone):
    shutil.rmtree(clone)
    clone.write_text("x")


CLONE_DAMAGES = {
    "pack": cut_pack,
    "file": put_a_file_in_its_place,
    "head": lambda clone: (clone / "HEAD").write_bytes(b"\0\0"),
    "config": lambda clone: (clone / "config").write_bytes(b"[\xff"),
    "objects": lambda clone: shutil.rmtree(clone / "objects"),
}


@pytest.mark.long
def test_a_damaged_clone_is_set_aside_and_made_anew_in_the_same_visit(tmp_path):
    for name in CLONE_DAMAGES:
        made(tmp_path / "served", name, line(2))
    with serve(tmp_path / "served") as server:
        where = declared(tmp_path, block("core", urls=[f"git+{server.base_url}/{FORGE}/{n}" for n in CLONE_DAMAGES]))
        sources = load_catalogue(where.communities)[0].sources
        assert {v.verdict for v in collect(where, sources).visits} == {"ok"}
        clones = {name: next(where.clones.rglob(f"{name}.git")) for name in CLONE_DAMAGES}
        for name, damage in CLONE_DAMAGES.items():
            damage(clones[name])
        assert {v.unit: (v.verdict, v.reason) for v in collect(where, sources).visits} == {
            f"birds/{name}": ("unchanged", "") for name in CLONE_DAMAGES
        }
    kept = {entry.file: entry.moved_to for entry in set_aside.entries(where)}
    assert kept.keys() == {str(clone.relative_to(where.data)) for clone in clones.values()}
    assert all((where.data / place).exists() for place in kept.values())


# ---- people ----------------------------------------------------------------------------------------------------


def sung(content: bytes) -> list[str]:
    """Return the canaries in some bytes: as they are, without case, as UTF-16."""
    without_case = content.lower()
    forms = {c: {c.lower().encode(), c.lower().encode("utf-16-le"), c.lower().encode("utf-16-be")} for c in CANARIES}
    return [canary for canary, written in forms.items() if any(form in without_case for form in written)]


@pytest.mark.long
def test_no_name_no_address_and_no_subject_gets_out(tmp_path, capfd):
    made(tmp_path / "served", "singing", SINGING)
    with serve(tmp_path / "served") as server:
        where = declared(tmp_path, block("core", urls=[f"git+{server.base_url}/{FORGE}/singing"]))
        done = collect(where, load_catalogue(where.communities)[0].sources)
    assert [(v.verdict, v.observations) for v in done.visits] == [("ok", 2)]
    (clone,) = where.clones.rglob("*.git")
    (parquet,) = stored_files(where.observations)
    in_clone = places.git(clone, "cat-file", "--batch-all-objects", "--batch").encode(errors="surrogateescape")
    assert set(sung(in_clone)) == set(CANARIES), "the canaries must be there to be heard"
    outside = [p for p in where.data.rglob("*") if p.is_file() and not p.is_relative_to(where.clones)]
    assert len(outside) >= 3
    assert {str(path): sung(path.read_bytes()) for path in outside if sung(path.read_bytes())} == {}
    assert len(texts(parquet)) > 1000
    assert sung(texts(parquet)) == []
    assert sung("".join(capfd.readouterr()).encode()) == []


@pytest.mark.parametrize("coding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_canary_that_got_out_would_be_heard(coding):
    assert sung(f"xx {CANARIES[0].upper()} xx".encode(coding)) == [CANARIES[0]]


@pytest.mark.long
def test_a_crawl_of_repositories_imports_nothing_that_takes_longer_than_a_visit_without_news(tmp_path):
    finished = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "spiders", "git", "sources=nobody/nothing"],
        env=os.environ | {"STACKRANK_DATA": str(tmp_path), "STACKRANK_KEY": KEY}, cwd=CHECKOUT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    imported = {line.rsplit("|", 1)[1].strip() for line in finished.stderr.splitlines() if line.count("|") == 2}
    assert {"spiders.code.git_log", "pyarrow", "scrapy.crawler"} <= imported
    assert imported.isdisjoint(
        {"pandas", "aiohttp", "scrapy.core.downloader.tls", "tldextract", "spiders.mail.pipermail", "twisted.conch"}
    )
