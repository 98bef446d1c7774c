"""The night with real Prefect, real Scrapy, a real git server: what breaks stays small and is told."""

import base64
import importlib
import io
import json
import os
import re
import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from support import nights, stranger
from support.stranger import only_as_root

from flows import hosts, prefect_api, progress, summary, unchanged
from flows.demo import catalogue, histories
from flows.demo.server import serve
from flows.results import CollectResult
from flows.show_progress import show_progress
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders, folders
from pipelines.landing.stored import read_visit
from pipelines.landing.visits import log_visit, save_plan, visit_to_json
from pipelines.model import Plan, Source, Verdict, Visit
from pipelines.warehouse import build
from pipelines.warehouse.build import CheckFailedError
from pipelines.warehouse.query import ask
from reports import site

KEY = "5e" * 32
NOBODY = "http://127.0.0.1:9"
PLACE = "forge.example.org/birds"
CALM: dict[str, list[tuple[object, ...]]] = {}
"""The tables after a night in which all was well, once there was one."""
SPARROW = Source("sparrow", "core", "git", ("git+https://forge.example.org/birds/sparrow",), date(2024, 1, 1), "")
FINCH = Source("finch", "core", "git", ("git+https://forge.example.org/birds/finch",), date(2024, 1, 1), "")


def community_file(source: Source) -> str:
    return f"""name = "{source.community.title()}"
homepage = "https://{source.community}.example.org/"
born = {source.since}

[[sources]]
name = "{source.name}"
kind = "git"
urls = ["{source.urls[0]}"]
since = {source.since}
why = "Invented."
"""


@dataclass(frozen=True)
class House:
    """A folder with histories that are served at `url`, community files that say so, and a data folder."""

    top: Path
    url: str

    def declare(self, url: str) -> None:
        shutil.rmtree(self.communities, ignore_errors=True)
        catalogue.write_communities(self.top / "declared", self.communities, url, snapshot=False)

    @property
    def communities(self) -> Path:
        return self.top / "communities"

    @contextmanager
    def hidden(self, names):
        bares = [self.top / "served/forge.example.org/birds" / f"{name}.git" for name in names]
        for bare in bares:
            bare.rename(bare.with_suffix(".hidden"))
        try:
            yield
        finally:
            for bare in bares:
                bare.with_suffix(".hidden").rename(bare)


@pytest.fixture(scope="module")
def house(tmp_path_factory, prepared_prefect):
    """Two birds, served all the time; a Prefect server of their own."""
    top = tmp_path_factory.mktemp("night")
    (top / "declared").mkdir()
    for source in (SPARROW, FINCH):
        (top / "declared" / f"{source.community}.toml").write_text(community_file(source))
    histories.generate(top / "served", [SPARROW, FINCH], datetime.now(UTC).date())
    before = dict(os.environ)
    os.environ |= {"STACKRANK_DATA": str(top / "data"), "STACKRANK_KEY": KEY}
    os.environ["STACKRANK_COMMUNITIES"] = str(top / "communities")
    prepared_prefect(top / "data")
    with serve(top / "served") as server, prefect_api.serving(folders()):
        from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

        prefect_api.wait()
        ours = {setting: os.environ[setting.name] for setting in (PREFECT_API_URL, PREFECT_API_AUTH_STRING)}
        with temporary_settings(ours):
            yield House(top, server.base_url)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def nightly(tmp_path, monkeypatch):
    """The module, imported as in a run: Prefect's home is in the data folder and its telemetry off."""
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path))
    return importlib.import_module("flows.nightly")


@pytest.fixture
def night(house):
    """Run one night; `gone` repositories are missing, and offline nobody answers at all."""

    def run(*gone: str, offline: bool = False):
        from flows.nightly import nightly

        house.declare(NOBODY if offline else house.url)
        with house.hidden(gone):
            return nightly()

    return run


def places() -> dict[str, str | None]:
    rows = ask(
        folders().database,
        "select community, coalesce(rank::varchar, reason_code) as said from rankings.monthly "
        "join raw.build on as_of = last_complete_month where family = 'code'",
    ).to_pylist()
    return {row["community"]: row["said"] for row in rows}


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.parquet")}


@pytest.mark.long
def test_nights_in_a_row(house, night, monkeypatch):
    monkeypatch.setattr(hosts, "LOOPBACK_DELAYS", ())
    offline = night(offline=True)
    assert offline.exit_status == 4
    assert offline.page is None
    assert [v.verdict for v in offline.collected.visits] == ["failed", "failed"]
    assert one_screen(offline)[:2] == [
        "0 fetched, 2 failed",
        f"no host answered; check the network of this machine: git ls-remote {NOBODY}/{PLACE}/finch HEAD",
    ]
    assert one_screen(offline)[2:] == ["nothing was published; database and page are as they were"]

    half = night("finch")
    assert half.exit_status == 3
    page = (half.page.parent / "operations.html").read_text()
    assert "Refused and failed" in page
    assert "birds/finch" in page
    assert places()["sparrow"] == "fewer_than_two_ranked"
    assert places()["finch"] == "not_observed"

    whole = night()
    assert whole.exit_status == 0
    assert whole.collected.complaints == []
    assert whole.summary.splitlines() == ["2 fetched, 0 failed", f"page: {whole.page}"]
    assert set(places().values()) == {"1", "2"}
    assert "the latest visit of each was good" in (whole.page.parent / "operations.html").read_text()

    database, page = folders().database.stat(), whole.page.read_text()
    idle = night()
    assert (idle.exit_status, idle.up_to_date) == (0, True)
    assert folders().database.stat() == database, "nothing was built"
    assert "nothing new" in idle.summary
    checked = idle.page.with_name("checked.js").read_text()
    assert re.search(r"Last checked \d{4}-\d\d-\d\d \d\d:\d\d UTC: 2 units, nothing new\.", checked)
    assert idle.page.read_text() == page, "no page is written"

    alone = night(offline=True)
    assert (alone.exit_status, alone.page) == (4, None)
    assert (whole.page.read_text(), folders().database.stat()) == (page, database)
    assert re.search(r"Last checked .* UTC: no host answered\.", idle.page.with_name("checked.js").read_text())
    CALM.update(nights.House(folders().data, house.communities).tables())


def one_screen(night) -> list[str]:
    lines = night.summary.splitlines()
    assert len(lines) <= 24
    return lines


@pytest.mark.long
def test_a_failed_build_leaves_database_and_site_and_says_so(house, night, monkeypatch):
    if not folders().database.exists():
        night()
    before = folders().database.read_bytes()
    built = datetime.fromtimestamp(folders().database.stat().st_mtime, UTC)
    monkeypatch.setattr(build, "_check", lambda con: (_ for _ in ()).throw(CheckFailedError("planted")))
    monkeypatch.setattr(unchanged, "is_up_to_date", lambda *_: False)
    failed = night()
    assert failed.exit_status == 4
    assert one_screen(failed)[1] == "failed: build: CheckFailedError: planted"
    assert f"what was collected, the database of {built:%Y-%m-%d %H:%M} UTC and the page of " in one_screen(failed)[2]
    assert one_screen(failed)[3] == "  fix: correct what the message names, then: uv run stackrank build"
    assert folders().database.read_bytes() == before
    assert list(folders().data.glob(".stackrank*")) == []


@pytest.mark.long
def test_what_is_published_stands_only_while_nothing_it_was_made_of_changes(house, night, monkeypatch, tmp_path):
    from flows.nightly import _read_inputs

    if not CALM:
        night()
    where = folders()
    page, given = where.site / "index.html", _read_inputs(load_catalogue(where.communities))
    assert unchanged.is_up_to_date(where, given)
    visit = replace(given.visits[-1], seen_at=datetime.now(UTC))
    assert unchanged.is_up_to_date(where, replace(given, visits=[*given.visits, visit])), "only looked at again"
    changed = {
        "harvest": {"units": given.units[1:]},
        "catalogue": {"communities": given.communities[1:]},
        "month": {"today": given.today + timedelta(days=31)},
        "failing": {"visits": [*given.visits, replace(visit, verdict=Verdict.FAILED)]},
        "unit": {"visits": [*given.visits, replace(visit, unit="birds/new", verdict=Verdict.EMPTY)]},
        "shows": {"shows": "A demo."},
    }
    assert [what for what, facts in changed.items() if unchanged.is_up_to_date(where, replace(given, **facts))] == []
    with monkeypatch.context() as patched:
        patched.setattr(unchanged, "ROOMS", ("pipelines",))
        assert not unchanged.is_up_to_date(where, given), "other code"
    text = page.read_text()
    page.write_text(text + "<!-- by hand -->")
    assert not unchanged.is_up_to_date(where, given), "a page that something else wrote"
    page.unlink()
    assert not unchanged.is_up_to_date(where, given), "no page"


def test_a_run_that_found_nothing_new_touches_no_page_and_needs_one(tmp_path):
    where = Folders(tmp_path, tmp_path, tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no page at"):
        site.update_last_checked(where, "Visited again.")
    (tmp_path / "index.html").write_text("<html></html>")
    assert site.update_last_checked(where, r'a \1 & "b"') == tmp_path / "index.html"
    assert (tmp_path / "checked.js").read_text() == r'window.stackrankChecked = "a \\1 & \"b\"";' + "\n"
    assert (tmp_path / "index.html").read_text() == "<html></html>"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checked.js", "index.html"]


@pytest.mark.long
def test_a_night_with_a_gone_repository_keeps_it_and_tells_in_prefects_page_too(house, night):
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
    from prefect.client.schemas.sorting import FlowRunSort
    from prefect.states import Running

    @flow
    def nothing():
        pass

    if not CALM:
        night()
    held = bytes_of(folders().observations)
    with get_client(sync_client=True) as client:
        killed, other = (
            client.create_flow_run(nothing, name=f"2026-01-01 03:00 in {data}", state=Running())
            for data in (folders().data, "/elsewhere")
        )
        gone = night("finch")
        assert client.read_flow_run(killed.id).state.is_crashed(), "a night that was killed runs no more"
        assert client.read_flow_run(other.id).state.is_running(), "of another data folder"
        client.delete_flow_run(other.id)
        (last,) = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
        kept = client.read_artifacts(
            artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[last.id]))
        )
    assert gone.exit_status == 3
    assert {str(v.verdict) for v in gone.collected.visits} == {"unchanged", "gone"}
    assert bytes_of(folders().observations) == held
    assert set(places().values()) == {"1", "2"}, "what was held before is kept and ranked"
    held_finch = read_visit(folders().observations / "finch/core/birds/finch.parquet")
    failed = f"finch/core: birds/finch: gone: {gone.collected.failed[0].reason}"
    assert one_screen(gone)[1].removesuffix(" ...") in f"failed: {failed}"
    assert [one_screen(gone)[0], *one_screen(gone)[2:4]] == [
        "1 fetched, 1 failed",
        f"  kept: {held_finch.observations} observations of birds/finch, as of {held_finch.seen_at:%Y-%m-%d}",
        f"  fix: if it has moved, correct its url in {house.communities / 'finch.toml'}; "
        "if it has ended, give it an until",
    ]

    assert last.name == f"{last.start_time:%Y-%m-%d %H:%M} in {folders().data}"
    data = {artifact.key: json.loads(artifact.data) if artifact.type == "table" else artifact.data for artifact in kept}
    assert {row["community"]: row["rank"] for row in data["ranking"]}.keys() == {"Sparrow", "Finch"}
    assert [(row["family"], row["rank"]) for row in data["ranking"]] == [
        ("code", 1), ("code", 2), ("overall", None), ("overall", None), ("people", 1), ("people", 2),
    ]  # fmt: skip
    assert [(row["unit"], row["verdict"]) for row in data["durations"]] == [
        ("birds/sparrow", "unchanged"), ("birds/finch", "gone"),
    ]  # fmt: skip
    assert data["durations"][0]["seconds"] > 0
    assert [row["what"] for row in data["problems"]] == [failed]
    assert gone.summary in data["summary"]
    log = ["git", "-C", str(house.top / "served" / PLACE / "sparrow.git"), "log", "--format=%an%n%ae"]
    people = set(subprocess.run(log, capture_output=True, text=True, check=True).stdout.splitlines())
    assert len(people) > 5
    assert [who for who in people if who in json.dumps(data, ensure_ascii=False)] == []


@pytest.mark.long
def test_a_night_killed_at_a_random_moment_ends_as_an_undisturbed_one(house, night, monkeypatch):
    """The twentieth moment; the others are in test_kills.py."""
    if not CALM:
        night()
        CALM.update(nights.House(folders().data, house.communities).tables())
    house.declare(house.url)
    server = {name: os.environ[name] for name in (prefect_api.URL, prefect_api.LOGIN)}
    killed = nights.House(house.top / "killed", house.communities, **server)
    dice = nights.dice()
    process = killed.start("nightly")
    lines = [process.stdout.readline() for _ in range(dice.randint(2, 5))]
    time.sleep(dice.uniform(0, 0.5))
    process.kill()
    process.communicate()
    assert nights.left_behind(killed.where.data) == [], lines
    killed.read()
    monkeypatch.setenv("STACKRANK_DATA", str(killed.where.data))
    assert night().exit_status == 0
    assert killed.drafts() == []
    nights.same(killed.tables(), CALM)


RUN = "5e" * 16


def told(unit: str, verdict: Verdict, minute: int = 0, **facts) -> Visit:
    seen_at = datetime(2026, 3, 20, 3, minute, tzinfo=UTC)
    known = {"run": RUN} | facts
    return Visit("birds", "core", "git", unit, f"git+https://forge.example.org/{unit}", seen_at, verdict, **known)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_tells_done_failed_and_waiting_by_host(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("TERM", "xterm")
    where = Folders(tmp_path, tmp_path, tmp_path)
    urls = ("git+https://forge.example.org/birds/a", "git+https://forge.example.org/birds/b",
            "git+https://example.net/birds/c", "git+file://localhost/srv/birds/d")  # fmt: skip
    source = Source("birds", "core", "git", urls, date(2024, 1, 1), "")
    plain, terminal = io.StringIO(), Terminal()
    log_visit(where.visits, told("birds/c", Verdict.OK, 5, run="another"))
    with (
        show_progress(where, [source], (), RUN, plain),
        show_progress(where, [source], (), RUN, terminal),
    ):
        log_visit(where.visits, told("birds/a", Verdict.FAILED, 1, reason="no such host"))
        log_visit(where.visits, told("birds/b", Verdict.OK, 2, seconds=1.25))
        log_visit(where.visits, told("birds/a", Verdict.OK, 3))
        log_visit(where.visits, told("birds/new", Verdict.GONE, 4, reason="404"))
    assert plain.getvalue().splitlines() == [
        "birds/core birds/a: failed: no such host",
        "birds/core birds/new: gone: 404",
        "birds/core: 2 fetched, 1 failed",
    ]
    last = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.getvalue().rpartition("collect")[2])
    assert re.search(r"3/5 +1 failed, \d+\.\d/s, \d:\d\d:\d\d left +waiting: 1 at example.net, 1 at t", last), last


def test_progress_counts_what_a_list_names_and_what_is_left_for_another_night(tmp_path):
    where, stream = Folders(tmp_path, tmp_path, tmp_path), io.StringIO()
    since = datetime(2026, 3, 20, 3, tzinfo=UTC)
    source = Source("birds", "core", "git", (), date(2024, 1, 1), "", urls_from="https://example.org/projects.yaml",
                    url_template="git+https://forge.example.org/{repository}")  # fmt: skip
    old = Plan("birds", "core", since, ("birds/old",))
    save_plan(where.visits, old)
    with show_progress(where, [source], (), RUN, stream):
        units = ("birds/a", "birds/b", "birds/c")
        save_plan(where.visits, replace(old, run=RUN, units=units, deferred=units[2:]))
        log_visit(where.visits, told("birds/a", Verdict.OK, 1))
    assert stream.getvalue() == "birds/core: 1 fetched, 0 failed, 1 deferred to the next run\n"


def test_progress_reads_each_line_once_and_no_half_line(tmp_path):
    tail = progress.Tail(tmp_path, {"birds/core"}, RUN)
    assert tail.new_visits() == []
    log_visit(tmp_path, told("birds/a", Verdict.OK, 1))
    assert [visit.unit for visit in tail.new_visits()] == ["birds/a"]
    (file,) = tmp_path.rglob("*.jsonl")
    line = visit_to_json(told("birds/b", Verdict.OK, 2)).encode() + b"\n"
    for part, found in ((line[:30], []), (line[30:], ["birds/b"]), (b"", [])):
        with file.open("ab") as more:
            more.write(part)
        assert [visit.unit for visit in tail.new_visits()] == found


def test_a_large_failure_still_fits_one_screen(tmp_path):
    where = Folders(tmp_path, tmp_path / "communities", tmp_path)
    verdicts = (Verdict.FAILED, Verdict.GONE, Verdict.REFUSED, Verdict.SHRUNK)
    visits = tuple(
        replace(told(f"birds/{number}", verdict, reason="because " * 40), community=f"birds{group}")
        for group in range(3) for verdict in verdicts for number in range(50)
    )  # fmt: skip
    plan = Plan(
        "birds8",
        "core",
        datetime(2026, 3, 20, tzinfo=UTC),
        ("birds/a", "birds/b", "birds/c"),
        ("birds/b", "birds/c"),
        "later",
    )
    collected = CollectResult(visits, ("birds9/core birds/silent",), (plan,))
    problems = summary.visit_problems(collected, where)
    lines = summary.render(collected, problems, None, up_to_date=False).splitlines()
    assert len(lines) <= 24
    assert max(len(line) for line in lines if line.startswith("failed")) <= summary.WIDTH
    assert lines[0] == "0 fetched, 601 failed, 2 deferred to the next run"
    assert lines[1].startswith("failed: birds0/core: birds/0, birds/1, birds/10 and 47 more: failed: because because")
    assert lines[-2] == "and 8 more problems; to see all: uv run stackrank status"
    assert {p.fix.split(" ")[0] for p in problems} == {"the", "if", "check", "uv"}
    assert problems[-1].fix == "uv run stackrank collect birds9/core"


def test_units_that_failed_for_different_reasons_are_told_apart(tmp_path):
    where = Folders(tmp_path, tmp_path / "communities", tmp_path)
    reasons = {
        "birds/a": "the connection broke off",
        "birds/b": "it answers with a page",
        "birds/c": "it answers with a page",
    }
    visits = tuple(told(unit, Verdict.FAILED, reason=reason) for unit, reason in reasons.items())
    assert [problem.what for problem in summary.visit_problems(CollectResult(visits, ()), where)] == [
        "birds/core: birds/b, birds/c: failed: it answers with a page",
        "birds/core: birds/a: failed: the connection broke off",
    ]


@pytest.mark.long
def test_a_second_try_asks_only_for_what_another_try_may_bring(nightly):
    units, sources = nightly._units_to_retry, nightly._sources_to_retry
    visits = [told("birds/a", Verdict.OK), told("birds/b", Verdict.FAILED), told("birds/c", Verdict.GONE)]
    assert units(CollectResult(tuple(visits), ("birds/core birds/d",))) == ["birds/b", "birds/d"]
    assert units(CollectResult((*visits, told("", Verdict.FAILED)), ())) == [], "the list failed: ask for all"
    assert units(CollectResult((*visits, told("index", Verdict.FAILED)), ())) == [], "so did that of months"
    assert sources(CollectResult(tuple(visits), ("birds/old index",))) == {"birds/core", "birds/old"}
    assert sources(CollectResult((told("birds/c", Verdict.GONE),), ())) == set()
    assert units(CollectResult(tuple(visits), ("birds/core",))) == [], "the list was never seen: ask for all"


def asked(path: str, body: dict | None = None, **headers: str) -> tuple[int, str | None]:
    """Ask the night's server; return the status of the answer, and which foreign origin may read it."""
    data = None if body is None else json.dumps(body).encode()
    headers |= {"content-type": "application/json", "origin": "https://elsewhere.example.org"}
    try:
        with urlopen(Request(os.environ["PREFECT_API_URL"] + path, data, headers)) as answer:
            return answer.status, answer.headers["access-control-allow-origin"]
    except HTTPError as refused:
        return refused.code, refused.headers["access-control-allow-origin"]


def command_lines() -> str:
    """What every user of the machine can read of this process and of those that it started."""
    numbers = ["self", *(n for t in Path("/proc/self/task").iterdir() for n in (t / "children").read_text().split())]
    return "\n".join((Path("/proc") / number / "cmdline").read_text() for number in numbers)


@pytest.mark.long
def test_nobody_without_the_login_changes_anything_in_prefect(house):
    from prefect import flow
    from prefect.client.orchestration import get_client

    @flow(name="wren")
    def sing() -> str:
        return "tik"

    user, _, password = os.environ["PREFECT_API_AUTH_STRING"].partition(":")
    login, other = (
        f"Basic {base64.b64encode(f'{user}:{tried}'.encode()).decode()}" for tried in (password, password[:-1])
    )
    assert asked("/flows/", {"name": "cuckoo"}) == (401, None)
    assert asked("/flows/", {"name": "cuckoo"}, authorization=other) == (401, None)
    assert asked("/flows/filter", {}) == (401, None)
    assert asked("/flows/filter", {}, authorization=login) == (200, None)
    assert "flows.prefect_api" in command_lines()
    assert password not in command_lines()
    assert sing() == "tik"
    with get_client(sync_client=True) as client:
        assert {"wren"} <= {known.name for known in client.read_flows()} <= {"wren", "nightly", "nothing"}
    assert not (folders().data / "prefect" / "storage").exists()


@only_as_root
@pytest.mark.long
def test_another_user_of_the_machine_gets_401_and_no_effect(house):
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter

    with get_client(sync_client=True) as client:
        wren = client.create_flow_from_name("wren's")
        deployment = client.create_deployment(wren, "song", entrypoint="os:abort")
        for path, body in {
            f"/deployments/{deployment}/create_flow_run": {}, "/flow_runs/filter": {}, "/flows/": {"name": "cuckoo"},
            "/deployments/": {"name": "cuckoo", "flow_id": str(wren)}, "/variables/": {"name": "cuckoo", "value": "1"},
            "/admin/database/clear": {"confirm": True},
        }.items():  # fmt: skip
            for guessed in ((), ("Authorization: Basic c3RhY2tyYW5rOg==",), ("Origin: http://127.0.0.1:8000",)):
                assert stranger.post(os.environ["PREFECT_API_URL"] + path, json.dumps(body), *guessed) == "401", path
        assert [one.id for one in client.read_deployments()] == [deployment]
        assert client.read_flow_runs(flow_filter=FlowFilter(id={"any_": [wren]})) == []
        assert client.read_variable_by_name("cuckoo") is None


@only_as_root
@pytest.mark.long
def test_another_user_of_the_machine_cannot_read_the_login(house):
    login = os.environ["PREFECT_API_AUTH_STRING"].encode()
    servers = [n for t in Path("/proc/self/task").iterdir() for n in (t / "children").read_text().split()]
    servers = [n for n in servers if login in Path(f"/proc/{n}/environ").read_bytes()]
    assert servers
    for number in servers:
        assert "prefect_api" in stranger.run("cat", f"/proc/{number}/cmdline")
        assert stranger.run("cat", f"/proc/{number}/environ") == ""


@pytest.mark.long
def test_a_login_that_is_refused_is_told(house):
    from prefect.settings import PREFECT_API_AUTH_STRING, temporary_settings

    told = f"the Prefect server at {os.environ['PREFECT_API_URL']} refuses the login; set PREFECT_API_AUTH_STRING"
    with (
        temporary_settings({PREFECT_API_AUTH_STRING: "birds:of another feather"}),
        pytest.raises(prefect_api.NotStartedError, match=f"^{re.escape(told)}$"),
    ):
        prefect_api.log_in()


def test_prefect_sends_no_telemetry_and_stores_no_results(nightly):
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["DO_NOT_TRACK"] == "1"
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    assert settings.server.analytics_enabled is False
    assert settings.results.persist_by_default is False
    assert settings.results.default_serializer == "json"
    assert settings.server.ephemeral.enabled is False, "a server of Prefect's own asks for no login"
