"""The demo: real git against the server, and what the server is given to serve."""

import gzip
import html
import http.client
import os
import subprocess
import threading
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from flows.collect import collect
from flows.demo import catalogue, histories, people, places, run, totals
from flows.demo.invented import changes, share_out
from flows.demo.people import people_of_month
from flows.demo.server import FAULTS, DemoServer, Request, serve
from flows.demo.totals import Window
from pipelines.catalogue.history import Figure
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders, read_demo_marker
from pipelines.model import Source
from pipelines.warehouse.answer import answer
from pipelines.warehouse.build import build_database
from reports import site

TODAY = date(2026, 3, 18)
ONE = "forge.example.org/birds/one"
EUCALYPTUS = Source(
    "eucalyptus",
    "parent",
    "git",
    ("git+https://forge.example.org/eucalyptus/eucalyptus",),
    since=date(2009, 1, 6),
    until=date(2017, 11, 8),
    why="",
    continued_by="eucalyptus/child",
)
CORYMBIA = Source(
    "eucalyptus",
    "child",
    "git",
    ("git+https://forge.example.org/Corymbia/eucalyptus.git",),
    since=date(2018, 1, 1),
    why="",
    continues="eucalyptus/parent",
)


def source(*urls: str, **facts: Any) -> Source:
    known: dict[str, Any] = {"kind": "git", "since": date(2025, 10, 1), "why": ""}
    return Source("birds", "core", urls=urls, **known | facts)


def git(*arguments: str | Path, check: bool = True) -> str:
    command = ["git", *map(str, arguments)]
    finished = subprocess.run(command, env=places.environment(), capture_output=True, text=True, check=check)
    return finished.stdout if check else finished.stdout + finished.stderr


def history(bare: Path) -> list[str]:
    return git("-C", bare, "log", "--no-mailmap", "--format=%H", "HEAD").split()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("served")
    histories.generate(root, [source(f"git+https://{ONE}")], TODAY)
    return root


@pytest.fixture
def server(root: Path) -> Iterator[DemoServer]:
    with serve(root) as server:
        yield server
        assert server.complaints == []


Ask = Callable[..., http.client.HTTPResponse]


@pytest.fixture
def ask(server: DemoServer) -> Iterator[Ask]:
    connections = []

    def ask(method: str, path: str, **more: Any) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
        connections.append(connection)
        connection.request(method, path, **more)
        return connection.getresponse()

    yield ask
    for connection in connections:
        connection.close()


def test_a_treeless_clone_brings_the_commits_and_no_file(server: DemoServer, root: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone.git"
    git("clone", "--quiet", "--bare", "--filter=tree:0", f"{server.base_url}/{ONE}", clone)
    listing = git("-C", clone, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    kinds = Counter(listing.split())
    assert set(kinds) == {"commit"} or set(kinds) == {"commit", "tag"}
    assert history(clone) == history(root / f"{ONE}.git")
    assert kinds["commit"] == len(history(clone))


def test_what_the_filter_leaves_out_is_there_and_its_fetch_is_seen(server: DemoServer, tmp_path: Path) -> None:
    clone = tmp_path / "clone.git"
    git("clone", "--quiet", "--bare", "--filter=tree:0", f"{server.base_url}/{ONE}", clone)
    before = len(server.requests)
    lazy = {**places.environment(), "GIT_NO_LAZY_FETCH": "0"}
    subprocess.run(["git", "-C", clone, "ls-tree", "HEAD"], env=lazy, check=True, capture_output=True)
    assert len(server.requests) > before


@pytest.mark.parametrize("version", ["0", "2"])
def test_references_are_the_same_under_both_protocols(server: DemoServer, root: Path, version: str) -> None:
    url = f"{server.base_url}/{ONE}"
    trace = git("-c", f"protocol.version={version}", "ls-remote", "--symref", url)
    tip = history(root / f"{ONE}.git")[0]
    assert trace.splitlines()[:2] == ["ref: refs/heads/main\tHEAD", f"{tip}\tHEAD"]
    methods = [request.method for request in server.requests]
    assert methods == (["GET"] if version == "0" else ["GET", "POST"])


def test_a_later_fetch_brings_only_what_is_new(server: DemoServer, root: Path, tmp_path: Path) -> None:
    clone, url = tmp_path / "clone.git", f"{server.base_url}/{ONE}"
    older = history(root / f"{ONE}.git")[5]
    git("init", "--quiet", "--bare", clone)
    git("-C", clone, "fetch", "--quiet", "--filter=tree:0", "--no-tags", url, f"{older}:refs/x")
    git("-C", clone, "fetch", "--quiet", "--filter=tree:0", "--no-tags", url, "+HEAD:refs/x")
    assert git("-C", clone, "rev-parse", "refs/x").strip() == history(root / f"{ONE}.git")[0]


def test_a_push_is_refused(server: DemoServer, root: Path) -> None:
    before = history(root / f"{ONE}.git")
    said = git(
        "-C",
        root / f"{ONE}.git",
        "push",
        f"{server.base_url}/{ONE}",
        "HEAD:refs/heads/x",
        check=False,
    )
    assert "403" in said
    assert server.requests == [
        Request("GET", f"/{ONE}/info/refs?service=git-receive-pack", 403),
    ]
    assert history(root / f"{ONE}.git") == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/{ONE}/info/refs?service=git-upload-pack", 200),
        ("GET", f"/{ONE}.git/info/refs?service=git-upload-pack", 200),
        ("POST", f"/{ONE}/git-receive-pack", 403),
        ("GET", f"/{ONE}/info/refs", 404),
        ("GET", f"/{ONE}/HEAD", 404),
        ("GET", f"/{ONE}/objects/info/packs", 404),
        ("GET", f"/{ONE}/git-upload-pack", 404),
        ("GET", "/", 404),
        ("GET", "/forge.example.org/birds/two/info/refs?service=git-upload-pack", 404),
        ("GET", f"/../served/{ONE}/info/refs?service=git-upload-pack", 404),
        ("GET", f"/%2e%2e/{ONE}/info/refs?service=git-upload-pack", 404),
        ("GET", "/forge.example.org/birds/../birds/one/info/refs?service=git-upload-pack", 404),
        ("PUT", f"/{ONE}/git-upload-pack", 501),
    ],
)
def test_only_reading_a_served_repository_is_answered(
    server: DemoServer, ask: Ask, method: str, path: str, status: int
) -> None:
    assert ask(method, path).status == status
    assert server.requests == [Request(method, path, status)]


def test_a_chunked_and_zipped_request_is_read(ask: Ask) -> None:
    question = gzip.compress(b"0014command=ls-refs\n0001001bref-prefix refs/heads/\n0000")
    answer = ask(
        "POST",
        f"/{ONE}/git-upload-pack",
        body=iter([question[:10], question[10:]]),
        encode_chunked=True,
        headers={
            "Transfer-Encoding": "chunked",
            "Content-Encoding": "gzip",
            "Content-Type": "application/x-git-upload-pack-request",
            "Git-Protocol": "version=2",
        },
    )
    assert answer.status == 200
    assert answer.read().endswith(b" refs/heads/main\n0000")


def test_nothing_is_printed(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serve(root) as server:
        git("ls-remote", f"{server.base_url}/nothing/here", check=False)
        git("ls-remote", f"{server.base_url}/{ONE}")
    assert capfd.readouterr() == ("", "")


def test_a_client_that_leaves_in_the_middle_leaves_nothing_running(tmp_path: Path) -> None:
    bare = tmp_path / "forge.example.org/birds/large.git"
    git("init", "--quiet", "--bare", bare)
    (tmp_path / "noise").write_bytes(os.urandom(16 << 20))
    store = ("-c", "core.compression=0", "hash-object", "-w")
    blob = git("-C", bare, *store, tmp_path / "noise").strip()
    git("-C", bare, "update-ref", "refs/tags/noise", blob)
    with serve(tmp_path) as server:
        before = set(threading.enumerate())
        connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc)
        question = f"0032want {blob}\n00000009done\n"
        connection.request("POST", "/forge.example.org/birds/large/git-upload-pack", question, {
            "Content-Type": "application/x-git-upload-pack-request",
        })  # fmt: skip
        answer = connection.getresponse()
        assert answer.read(1 << 16).startswith(b"0008NAK\nPACK")
        handlers = set(threading.enumerate()) - before
        answer.close()
        connection.close()
        for thread in handlers:
            thread.join(timeout=20)
        assert handlers
        assert not any(thread.is_alive() for thread in handlers)
        assert server.complaints == []


def test_the_same_day_gives_the_same_hashes_and_the_next_day_adds_to_them(root: Path, tmp_path: Path) -> None:
    sources = [source(f"git+https://{ONE}")]
    histories.generate(tmp_path / "same", sources, TODAY)
    histories.generate(tmp_path / "later", sources, date(2026, 4, 30))
    known = history(root / f"{ONE}.git")
    assert history(tmp_path / "same" / f"{ONE}.git") == known
    assert set(known) < set(history(tmp_path / "later" / f"{ONE}.git"))


def test_a_repository_is_not_made_twice(root: Path) -> None:
    with pytest.raises(FileExistsError):
        histories.generate(root, [source(f"git+https://{ONE}")], TODAY)


def test_only_enabled_git_sources_are_invented(tmp_path: Path) -> None:
    url = "git+https://forge.example.org/birds/"
    histories.generate(
        tmp_path,
        [
            source(f"{url}on"),
            source(f"{url}off", enabled=False),
            source(f"{url}mail", kind="pipermail"),
        ],
        TODAY,
    )
    assert set(places.served(tmp_path)) == {"forge.example.org/birds/on"}


def test_the_successor_holds_all_of_its_parents_history_and_goes_on(tmp_path: Path) -> None:
    histories.generate(tmp_path, [EUCALYPTUS, CORYMBIA], TODAY)
    forge = tmp_path / "forge.example.org"
    parent = history(forge / "eucalyptus/eucalyptus.git")
    child = history(forge / "Corymbia/eucalyptus.git")
    assert set(parent) < set(child)
    newest = git("-C", forge / "eucalyptus/eucalyptus.git", "log", "--format=%cs", "HEAD").split()
    assert "2017-05-01" <= min(newest) <= max(newest) <= "2017-11-09"


def test_a_lively_history_has_what_real_ones_have(tmp_path: Path) -> None:
    nova = Source(
        "openstack", "core", "git", ("git+https://forge.example.org/openstack/nova",),
        since=date(2024, 1, 1), why="",
    )  # fmt: skip
    histories.generate(tmp_path, [nova], TODAY)
    bare = tmp_path / "forge.example.org/openstack/nova.git"
    log = git("-C", bare, "log", "--format=%P|%an|%cn|%ad|%cd|%s", "--date=raw", "HEAD").splitlines()
    rows = [line.split("|") for line in log]
    assert sum(" " in row[0] for row in rows) > len(rows) / 4
    assert any(row[1] == "OpenStack Proposal Bot" for row in rows)
    assert any(row[1] != row[2] for row in rows)
    assert len({row[3].split()[1] for row in rows}) > 4
    bodies = git("-C", bare, "log", "--format=%B", "HEAD")
    assert "\nCo-authored-by: " in bodies
    reverted = [line.split()[-1][:-1] for line in bodies.splitlines() if "reverts commit" in line]
    assert reverted
    assert set(reverted) <= set(history(bare))
    kinds = git("-C", bare, "for-each-ref", "--format=%(objecttype)", "refs/tags").split()
    assert set(kinds) == {"commit", "tag"}
    assert git("-C", bare, "ls-tree", "-r", "--name-only", "HEAD")
    git("-C", bare, "fsck", "--strict")


def test_every_whole_month_has_three_people_of_examples() -> None:
    first, end = date(2024, 1, 1), date(2026, 3, 1)
    months = {
        part.month: {change.author.name for change in changes("birds/one", source(), part, end)}
        for part in share_out("birds", {"birds/one": (first, end)}, None)["birds/one"]
    }
    assert len(months) == 26
    assert min(len(names) for names in months.values()) >= 3
    addresses = [a for p in people_of_month("openstack", TODAY) for a in p.addresses]
    assert all(address.endswith(("example.org", "example.com", "example.net")) for address in addresses)
    assert any(len(person.addresses) == 2 for person in people_of_month("openstack", TODAY))


def figure(metric: str, month: date, value: float, community: str = "birds", quality: str = "measured") -> Figure:
    return Figure(community, metric, "", f"{month:%Y-%m}", value, quality, "counted", month, "a.csv")


def figures(month: date, *values: float, community: str = "birds", quality: str = "measured") -> list[Figure]:
    metrics = ("commits", "code_people", "new_code_people", "code_committers", "releases")
    named = zip(metrics, values, strict=False)
    return [figure(metric, month, value, community, quality) for metric, value in named]


MONTHS = {  # commits, people, newcomers, committers, releases
    date(2025, 1, 1): (20, 9, 9, 5, 0),
    date(2025, 2, 1): (7, 7, 2, 0, 1),
    date(2025, 3, 1): (0, 0, 0, 0, 0),
    date(2025, 4, 1): (30, 3, 1, 6, 0),
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Window]:
    """Two repositories of one community, with the totals of MONTHS."""
    root = tmp_path_factory.mktemp("measured")
    told = [figure for month, values in MONTHS.items() for figure in figures(month, *values)]
    window = totals.windows(told, whole=True)["birds"]
    birds = source(f"git+https://{ONE}", "git+https://forge.example.org/birds/two", since=date(2025, 1, 1),
                   releases=r"release-(\d+\.\d+\.\d+)")  # fmt: skip
    histories.generate(root, [birds], TODAY, {"birds": window})
    return root, window


def test_a_measured_month_has_its_commits_and_people_over_all_repositories(measured: tuple[Path, Window]) -> None:
    root, window = measured
    rows = [
        tuple(line.split("|"))
        for bare in places.served(root).values()
        for line in git("-C", bare, "log", "--no-merges", "--format=%an|%cn|%ct|%H", "HEAD").splitlines()
    ]
    people = [row for row in rows if row[0] != "dependabot[bot]"]
    assert len(people) < len(rows)
    known: set[str] = set()
    for month, (commits, authors, newcomers, committers, _) in MONTHS.items():
        mine = [row for row in people if f"{datetime.fromtimestamp(int(row[2]), UTC):%Y-%m}" == f"{month:%Y-%m}"]
        names = {row[0] for row in mine}
        assert (len(mine), len(names), len(names - known)) == (commits, authors, newcomers), month
        assert len({row[1] for row in mine} - {"GitHub"}) == committers, month
        known |= names
    assert 0 < sum(int(row[2]) >= datetime(2025, 5, 1, tzinfo=UTC).timestamp() for row in rows) < 15
    assert max(int(row[2]) for row in rows) < datetime(2025, 5, 6, tzinfo=UTC).timestamp()
    assert window.end == date(2025, 5, 6)


def test_a_measured_release_is_tagged_as_the_source_wants_it(measured: tuple[Path, Window]) -> None:
    root, _ = measured
    tags = {tag for bare in places.served(root).values() for tag in git("-C", bare, "tag").split()}
    assert tags == {"release-2025.2.0", "release-2025.2.0-rc1"}


def test_thousands_of_people_have_as_many_names() -> None:
    found = [people.person("openstack", number) for number in range(5000)]
    assert len({person.name for person in found}) == 5000
    assert len({address for person in found for address in person.addresses}) == 6000


def test_a_window_is_five_years_up_to_the_newest_month_of_most() -> None:
    told = []
    for community, newest in (("ended", date(2021, 6, 1)), ("one", date(2026, 6, 1)), ("ahead", date(2026, 7, 1))):
        months = [date(newest.year - years, newest.month, 1) for years in range(9)]
        told += [f for month in months for f in figures(month, 5, 3, 1, 2, community=community)]
    told += figures(date(2026, 12, 1), 9, 9, 9, 9, community="one", quality="stated")
    told += [figure("commits", date(2026, 12, 1), 9, "one")]
    found = totals.windows(told, whole=False)
    spans = {name: (f"{w.first:%Y-%m}", f"{w.last:%Y-%m}", w.frozen) for name, w in found.items()}
    assert spans == {
        "ended": ("2016-07", "2021-06", True),
        "one": ("2021-07", "2026-06", False),
        "ahead": ("2021-07", "2026-06", False),
    }
    assert {w.first for w in totals.windows(told, whole=True).values()} == {
        date(2013, 6, 1), date(2018, 6, 1), date(2018, 7, 1)
    }  # fmt: skip
    assert found["ended"].narrow(source()).snapshot
    assert found["ended"].narrow(source()).since == date(2025, 10, 1)
    assert found["one"].narrow(source(since=date(2010, 1, 1))).since == date(2021, 7, 1)
    whole = totals.windows(told, whole=True)["one"]
    git_and_mail = [whole.narrow(source(since=date(2010, 1, 1), kind=kind)) for kind in ("git", "pipermail")]
    assert [(s.since, s.until) for s in git_and_mail] == [
        (date(2018, 6, 1), None),
        (date(2012, 7, 1), date(2013, 6, 30)),
    ]
    assert not whole.narrow(source(since=date(2014, 1, 1), kind="pipermail")).enabled
    mail = found["one"].narrow(source(since=date(2010, 1, 1), until=date(2025, 6, 1), kind="pipermail"))
    assert (mail.since, mail.until) == (date(2024, 7, 1), date(2025, 6, 1))
    assert totals.windows([], whole=False) == {}


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "histories"
    folder.mkdir()
    git(
        "-C",
        root / f"{ONE}.git",
        "bundle",
        "create",
        "--quiet",
        folder / "birds__one.bundle",
        "--all",
    )
    return folder


@pytest.mark.long
def test_r14_faults_strike_one_repository_each_and_the_page_tells_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo but for Prefect: the night here is its three steps, one after another."""
    (tmp_path / "catalogue").mkdir()
    talk = WRITTEN.index('[[sources]]\nname = "official"')
    (tmp_path / "catalogue" / "birds.toml").write_text(WRITTEN[:talk].replace("since = 2010", "since = 2024"))
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(tmp_path / "catalogue"))
    monkeypatch.setenv("STACKRANK_KEY", "7a" * 32)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")

    def nightly() -> int:
        where = folders()
        declared = load_catalogue(where.communities)
        visited = collect(where, [s for c in declared for s in c.sources])
        demo = read_demo_marker(where)
        assert demo
        build_database(where, declared, demo.today, demo.shows)
        site.publish(where)
        return 3 if visited.complaints else 0

    monkeypatch.setattr("flows.run.run_nightly", nightly)
    status, where = run.run_demo(None, ["refuse"])
    told = f"birds/one {FAULTS['refuse']}"
    assert status == 3
    assert f"fault refuse: {told}\n" in capsys.readouterr().out
    page = (where.site / "index.html").read_text(encoding="utf-8")
    assert f"Faults are switched on: {told}." in html.unescape(page)
    counted = answer(where.database, "select distinct repository from core.commits", "csv")
    assert counted.split() == ["repository", "birds/two"]
    question = (
        "select distinct state, covered from core.coverage join core.months using (community, month) where complete"
    )
    shares = answer(where.database, question, "csv")
    assert shares.split() == ["state,covered", "partial,0.5"]
    with pytest.raises(run.TooManyFaultsError, match="3 faults are too many for 2 repositories"):
        run.run_demo(None, ["refuse", "cut", "slow"])


BIRDS = source(*(f"git+https://forge.example.org/birds/{name}" for name in ("one", "two", "three")))


def test_a_bundle_is_served_with_its_branches_tags_and_head(folder: Path, root: Path, tmp_path: Path) -> None:
    given = histories.unbundle(folder, tmp_path / "served", [BIRDS])
    assert given.served == ("birds/one",)
    assert given.missing == ("birds/two", "birds/three")
    with serve(tmp_path / "served") as copy, serve(root) as original:
        seen = git("ls-remote", "--symref", f"{copy.base_url}/{ONE}")
        assert seen == git("ls-remote", "--symref", f"{original.base_url}/{ONE}")


def test_a_bare_repository_is_served_in_place_and_not_written_to(folder: Path, root: Path, tmp_path: Path) -> None:
    bare = folder / "birds__two.git"
    git("clone", "--quiet", "--bare", root / f"{ONE}.git", bare)
    before = {path: path.stat().st_mtime_ns for path in bare.rglob("*")}
    assert histories.unbundle(folder, tmp_path / "served", [BIRDS]).served == (
        "birds/one",
        "birds/two",
    )
    with serve(tmp_path / "served") as server:
        url = f"{server.base_url}/forge.example.org/birds/two"
        git("clone", "--quiet", "--bare", "--filter=tree:0", url, tmp_path / "clone.git")
    assert {path: path.stat().st_mtime_ns for path in bare.rglob("*")} == before


def test_a_broken_bundle_is_named_and_the_rest_is_served(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "birds__one.bundle").read_bytes()
    (folder / "birds__two.bundle").write_bytes(whole[: len(whole) // 2])
    (folder / "birds__three").mkdir()
    (folder / "nobody__knows.bundle").write_bytes(whole)
    given = histories.unbundle(folder, tmp_path / "served", [BIRDS])
    assert given.served == ("birds/one",)
    assert given.unnamed == ("nobody__knows.bundle",)
    assert not any("\n" in said for said in given.broken)
    assert [said.split(" cannot be read: ")[0] for said in given.broken] == [
        "birds__two.bundle",
        "birds__three",
    ]
    assert set(places.served(tmp_path / "served")) == {ONE}


@pytest.mark.parametrize(
    ("branches", "chosen"),
    [(["trunk"], "trunk"), (["trunk", "master"], "master"), (["a", "b"], None)],
)
def test_a_bundle_without_head_needs_an_obvious_branch(
    folder: Path, root: Path, tmp_path: Path, branches: list[str], chosen: str | None
) -> None:
    bare = tmp_path / "clone.git"
    git("clone", "--quiet", "--bare", root / f"{ONE}.git", bare)
    for branch in branches:
        git("-C", bare, "branch", branch, "main")
    git("-C", bare, "bundle", "create", "--quiet", folder / "birds__one.bundle", *branches)
    given = histories.unbundle(folder, tmp_path / "served", [BIRDS])
    if chosen is None:
        assert "no HEAD" in given.broken[0]
    else:
        head = git("-C", tmp_path / f"served/{ONE}.git", "symbolic-ref", "--short", "HEAD")
        assert head.strip() == chosen


def test_a_bundle_whose_head_is_no_branch_is_served_with_that_head(folder: Path, root: Path, tmp_path: Path) -> None:
    bare = tmp_path / "clone.git"
    git("clone", "--quiet", "--bare", root / f"{ONE}.git", bare)
    git("-C", bare, "update-ref", "--no-deref", "HEAD", "main~1")
    git("-C", bare, "bundle", "create", "--quiet", folder / "birds__one.bundle", "--all")
    assert histories.unbundle(folder, tmp_path / "served", [BIRDS]).broken == ()
    assert history(tmp_path / f"served/{ONE}.git") == history(bare)


def test_nothing_is_unpacked_over_what_is_there(folder: Path, root: Path, tmp_path: Path) -> None:
    bare = tmp_path / f"served/{ONE}.git"
    bare.parent.mkdir(parents=True)
    bare.symlink_to(root / f"{ONE}.git")
    before = history(bare)
    with pytest.raises(FileExistsError):
        histories.unbundle(folder, tmp_path / "served", [BIRDS])
    assert history(bare) == before


def test_the_newest_commit_is_the_clock_of_a_demo(root: Path, tmp_path: Path) -> None:
    newest = git("-C", root / f"{ONE}.git", "log", "-1", "--format=%ct", "HEAD").strip()
    assert catalogue.newest_commit(root) == datetime.fromtimestamp(int(newest), UTC).date()
    with pytest.raises(ValueError, match="no repository"):
        catalogue.newest_commit(tmp_path)


WRITTEN = """
name = "Birds \\"and\\" bées"
homepage = "https://birds.example.org/"
born = 2010-07-19

[[sources]]
name = "core"
kind = "git"
urls = ["git+https://forge.example.org/birds/one", "git+https://forge.example.org/birds/two.git"]
since = 2010-07-19
why = "The beginning."

[[sources]]
name = "official"
kind = "git"
urls_from = "https://forge.example.org/projects.yaml"
url_template = "git+https://forge.example.org/{repository}"
since = 2010-07-19
why = "All of it."

[[sources]]
name = "talk"
kind = "pipermail"
urls = ["https://lists.example.org/pipermail/talk/"]
since = 2010-07-19
until = 2015-01-01
why = "Talk."
"""


@pytest.mark.parametrize("snapshot", [False, True])
def test_the_catalogue_of_a_demo_stays_on_loopback(tmp_path: Path, snapshot: bool) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "birds.toml").write_text(WRITTEN, encoding="utf-8")
    catalogue.write_communities(real, tmp_path / "demo", "http://127.0.0.1:9", snapshot=snapshot)
    expected = tomllib.loads(WRITTEN)
    core, official, talk = expected["sources"]
    core["urls"] = [
        "git+http://127.0.0.1:9/forge.example.org/birds/one",
        "git+http://127.0.0.1:9/forge.example.org/birds/two",
    ]
    official["enabled"] = False
    if snapshot:
        core["snapshot"] = True
        del talk["urls"]
        talk |= catalogue.NOT_SERVED
    else:
        talk["urls"] = ["http://127.0.0.1:9/lists.example.org/pipermail/talk/"]
    assert tomllib.loads((tmp_path / "demo/birds.toml").read_text(encoding="utf-8")) == expected


def test_what_the_demo_does_not_speak_for_stays_off_where_months_are_narrowed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    head = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2010-01-01\n'
    who = '[[sources]]\nname = "who"\nkind = "mailmap"\nsince = 2020-01-01\nwhy = "Invented."\n'
    (real / "birds.toml").write_text(f'{head}{who}urls = ["https://forge.example.org/birds/one/.mailmap"]\n')
    (birds,) = load_catalogue(real)
    catalogue.write_communities(real, tmp_path / "demo", "http://127.0.0.1:9", snapshot=False, only=birds.sources)
    (shown,) = load_catalogue(tmp_path / "demo")
    assert [source.enabled for source in (*birds.sources, *shown.sources)] == [True, False]


@pytest.mark.parametrize("url", ["git+https:///a/b", "git+https://h/../b", "git+https://h//b", "x"])
def test_an_address_outside_of_its_host_has_no_place(url: str) -> None:
    with pytest.raises(ValueError, match="not the address"):
        places.place(url)


def test_git_follows_no_variable_of_the_caller(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", os.devnull)
    assert history(root / f"{ONE}.git")
