"""Commits and tags as programs other than git have written them, each read out of a real repository.

The right values follow git's documentation: git-commit-tree(1) and gitformat-signature(5) for objects,
git-interpret-trailers(1) for trailers, git-tag(1) for tags, date-formats for times and zones.
"""

import asyncio
import subprocess
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pyarrow as pa
import pytest
from scrapy.http import TextResponse

from flows.demo import places
from pipelines.landing.schemas import COMMITS
from pipelines.model import Source, Verdict, Visit
from pipelines.privacy.pseudonyms import Pseudonyms
from pipelines.rules.bots_commits import load_commit_bots
from spiders.code.git import GitSpider
from spiders.code.git_fetch import Fetch
from spiders.code.git_log import commits, log
from spiders.code.git_people import People, co_author_of, subject_of
from spiders.code.git_process import HEAD, Bounds
from spiders.code.git_tags import tags

KEYED = Pseudonyms(bytes.fromhex("5e" * 32))
TESS = b"Tess Tern <tess@tern.example.org>"
NOON = 1_371_038_400
BOUNDS = Bounds(1 << 30, 100_000, 4 << 30, 60)


class Repository:
    """A bare repository that is made of raw objects."""

    def __init__(self, path, *options):
        self.path, self.last = path, None
        places.git(path, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", *options)
        self.tree = self.write("tree", b"")

    def write(self, kind, content):
        command = ["git", f"--git-dir={self.path}", "hash-object", "--literally", "-w", "-t", kind, "--stdin"]
        done = subprocess.run(command, input=content, env=places.environment(), check=True, capture_output=True)
        return done.stdout.decode().strip()

    def commit(self, when=b"%d +0000" % NOON, who=TESS, message=b"Sing\n"):
        parent = b"parent %b\n" % self.last.encode() if self.last else b""
        people = b"author %b %b\ncommitter %b %b\n\n" % (who, when, who, when)
        self.last = self.write("commit", b"tree %b\n%b%b%b" % (self.tree.encode(), parent, people, message))
        for name in ("refs/heads/main", HEAD):
            places.git(self.path, "update-ref", name, self.last)
        return self.last

    def tag(self, name, leads_to, kind="commit", tagger=b"tagger %b %d +0000\n" % (TESS, NOON + 5)):
        lines = f"object {leads_to}\ntype {kind}\ntag {name}\n".encode() + tagger
        own = self.write("tag", lines + b"\nRelease\n")
        places.git(self.path, "update-ref", f"refs/tags/{name}", own)
        return own

    def rows(self, lists=frozenset()):
        found = commits(log(self.path), KEYED, load_commit_bots(), lists)
        return pa.Table.from_batches(found, schema=COMMITS).to_pylist()[::-1]


@pytest.fixture
def birds(tmp_path):
    """A repository without a commit."""
    return Repository(tmp_path / "birds.git")


ZONES = {
    b"+0000": 0, b"-0700": -420, b"+0545": 345,
    b"+051800": 318,  # local mean time, with its seconds: some converters write it
    b"+0518": 318, b"+100": 60, b"-1": -1,
    b"+9999": None, b"-7200": None,  # farther than any place on earth: nobody knows what was meant
    b"+123456789": None,
}  # fmt: skip


def test_a_zone_of_any_width_leaves_the_time_as_it_is(birds):
    for zone in ZONES:
        birds.commit(b"%d %b" % (NOON, zone))
    found = birds.rows()
    noon = datetime.fromtimestamp(NOON, UTC).replace(tzinfo=None)
    assert [row["committed_at"] for row in found] == [noon] * len(ZONES)
    assert {zone: row["authored_offset"] for zone, row in zip(ZONES, found, strict=True)} == ZONES


PLACEHOLDERS = {
    "you@example.com": True, "YOU@Example.com": True, "your_email@example.com": True,
    "your.name@birds.example.org": True,
    "email@example.com": True, "you@localhost": True, "nobody@nowhere.invalid": True, "your@email.com": True,
    "review@openstack.org": True, "notifications@github.com": True, "ann@bugs.launchpad.net": True,
    "first.last@example.com": True, "example@example.com": True, "test@test.com": True, "john.doe@example.com": True,
    "gerrit@review.example.org": True, "hudson@ci.example.org": True, "redmine@tern.example.org": True,
    "testa@tern.example.org": False, "gerrit@tern.example.org": False, "gerrit.tern@example.org": False,
    "flock@lists.example.org": True, "root@tern.example.org": True, "tess@tern.example.org": False,
    "young@tern.example.org": False, "youssef@tern.example.org": False, "emailia@tern.example.org": False,
}  # fmt: skip


def test_an_address_that_is_nobodys_own_is_shared(birds):
    for address in PLACEHOLDERS:
        birds.commit(who=f"Tess Tern <{address}>".encode())
    found = birds.rows(frozenset({"flock@lists.example.org"}))
    assert {a: row["author_role"] for a, row in zip(PLACEHOLDERS, found, strict=True)} == PLACEHOLDERS


SUBJECTS = {
    b"Sing\n": "Sing", b"Sing\tat  dawn \n\nLoud.\n": "Sing at dawn", b"Sing\nat dawn\n": "Sing",
    b"\n\nSing\n": "Sing", b"Caf\xe9\n": "Café", "Café\n".encode(): "Café", b"SING\n": "SING",
    b"": "", b" \n\nBody\n": "",
}  # fmt: skip


@pytest.mark.parametrize("body", SUBJECTS)
def test_a_subject_is_the_first_line_decoded_with_its_blanks_folded_and_its_case_kept(body):
    assert subject_of(body) == SUBJECTS[body]


def test_the_subjects_of_many_commits_have_the_fingerprints_of_their_texts():
    people = People(KEYED, load_commit_bots(), frozenset())
    bodies = [*SUBJECTS, b"Sing \x1cat\xa0dawn\n", b"\xff\n\n", b"  Sing at dawn", b"Sing at dawn\r\nLoud"]
    found = people.subjects(pa.array(bodies, pa.binary())).to_pylist()
    assert found == [KEYED.key("commit subject", subject_of(body).encode()) for body in bodies]


def test_the_same_subject_has_one_fingerprint_and_no_subject_has_none(birds):
    for message in (b"Sing at dawn\n\nLoud.\n", b" Sing  at\tdawn\n", b"sing at dawn\n", b""):
        birds.commit(message=message)
    first, second, third, fourth = (row["subject_key"] for row in birds.rows())
    assert first == second == KEYED.key("commit subject", b"Sing at dawn") != third
    assert fourth is None


TRAILERS = {
    b" Wren Wood <wren@wood.example.org>": (b"Wren Wood", b"wren@wood.example.org"),
    b" Wren Wood\n <wren@wood.example.org>": (b"Wren Wood", b"wren@wood.example.org"),
    b" Wren <Bird> <wren@wood.example.org>": (b"Wren <Bird>", b"wren@wood.example.org"),
    b"Wren Wood\t<wren@wood.example.org> (pairing)": (b"Wren Wood", b"wren@wood.example.org"),
    b" <wren@wood.example.org>": (b"", b"wren@wood.example.org"),
    b" Wren Wood": None,
    b" Wren Wood <wren@wood.example.org": None,
}


@pytest.mark.parametrize("value", TRAILERS)
def test_a_trailer_may_be_folded_and_its_last_address_is_the_address(value):
    assert co_author_of(value) == TRAILERS[value]


MESSAGES = {
    b"s\n\nCo-authored-by: Wren Wood\n <wren@wood.example.org>\n": 1,
    b"s\n\nCo-authored-by : Wren Wood <wren@wood.example.org>\n": 1,
    b"s\n\nCO-AUTHORED-BY:Wren Wood <wren@wood.example.org>\nCo-authored-by: Kit Kite <kit@kite.example.org>\n": 2,
    b"s\n\n Co-authored-by: Wren Wood <wren@wood.example.org>\n": 0,  # the fold of another line
    b"s\n\nCo-authored-by Wren Wood <wren@wood.example.org>\n": 0,  # no colon, no trailer
}


def test_trailers_are_found_as_git_finds_them(birds):
    for message in MESSAGES:
        birds.commit(message=message)
    found = {message: len(row["co_author_name_keys"]) for message, row in zip(MESSAGES, birds.rows(), strict=True)}
    assert found == MESSAGES


def test_tags_without_a_date_are_dated_by_their_commit_and_a_tag_of_a_tag_leads_to_its_commit(birds):
    commit = birds.commit()
    birds.tag("bogus", commit, tagger=b"tagger %b bogus\n" % TESS)
    birds.tag("none", commit, tagger=b"")
    birds.tag("zero", commit, tagger=b"tagger %b 0 +0000\n" % TESS)
    inner = birds.tag("plain", commit)
    outer = birds.tag("twice", inner, "tag", b"tagger %b %d +0000\n" % (TESS, NOON + 9))
    birds.tag("thrice", outer, "tag", b"")
    birds.tag("tree", birds.tag("of-tree", birds.tree, "tree"), "tag")
    known = {tag["tag"]: (tag["hash"], tag["seconds"] - NOON, tag["dated_by"]) for tag in tags(birds.path)}
    assert known == {
        "bogus": (commit, 0, "commit"), "none": (commit, 0, "commit"), "zero": (commit, 0, "commit"),
        "plain": (commit, 5, "tag"), "twice": (commit, 9, "tag"), "thrice": (commit, 0, "commit"),
    }  # fmt: skip


def test_names_of_tags_are_printable_and_two_stay_two(birds):
    commit = birds.commit()
    for name in ("v1.0", "v1\u202e", "v1\u2066", "v2\u061c"):
        places.git(birds.path, "update-ref", f"refs/tags/{name}", commit)
    names = [tag["tag"] for tag in tags(birds.path)]
    assert sorted(name.partition(" ")[0] for name in names) == ["v1.0", "v1\ufffd", "v1\ufffd", "v2\ufffd"]
    assert len(set(names)) == 4
    assert all(name.isprintable() for name in names)


def fetched(repository, clone):
    fetch = Fetch(clone, f"git+file://localhost{repository.path}", user_agent="test", bounds=BOUNDS)
    return asyncio.run(fetch.run())


def test_a_repository_of_sha_256_is_read(tmp_path):
    served = Repository(tmp_path / "served.git", "--object-format=sha256")
    commit = served.commit()
    served.tag("v1", commit)
    clone = tmp_path / "clone.git"
    assert fetched(served, clone)["head"] == commit
    assert fetched(served, clone)["head"] == commit, "a second visit takes the same clone"
    (row,) = pa.Table.from_batches(commits(log(clone), KEYED, load_commit_bots())).to_pylist()
    assert (len(commit), row["hash"]) == (64, commit)
    assert [tag["hash"] for tag in tags(clone)] == [commit]


def test_a_mistake_of_ours_is_the_failed_visit_of_its_unit_and_keeps_the_clone(birds, monkeypatch):
    spider = SimpleNamespace(stored_visit=lambda *_: None, clone=lambda *_: birds.path, visit=visited)
    spider._harvest = lambda *_: {}["Tess Tern"]
    answer = TextResponse(
        "git+file://localhost/birds", body=b'{"head": "1", "checksum": "2", "note": "", "seconds": 0}'
    )
    (visit,) = GitSpider.parse(spider, answer, source(), "birds/birds")
    assert visit.verdict == Verdict.FAILED
    assert "KeyError" in visit.reason
    assert "Tess" not in visit.reason
    assert birds.path.exists()


def source():
    return Source("birds", "core", "git", ("git+file://localhost/birds",), date(2010, 1, 1), "Invented.")


def visited(of, unit, url, verdict, **facts):
    return Visit(of.community, of.name, of.kind, unit, url, datetime(2026, 1, 2, tzinfo=UTC), verdict, **facts)
