"""The night with real Prefect, real Scrapy, a real git server: what breaks stays small and is told."""

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

import pytest
import test_kills

from flows import account, prefect_api, progress, quiet
from flows.collect import Collected
from flows.rehearsal import catalogue, histories
from flows.rehearsal.server import serve
from pipelines import landing, warehouse
from pipelines.folders import Folders, folders
from pipelines.nouns import Plan, Source, Verdict, Visit
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
        catalogue.rehearse(self.top / "declared", self.communities, url, snapshot=False)

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
        from prefect.settings import PREFECT_API_URL, temporary_settings

        prefect_api.wait()
        with temporary_settings({PREFECT_API_URL: os.environ["PREFECT_API_URL"]}):
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
    rows = warehouse.ask(
        folders().database,
        "select community, coalesce(rank::varchar, reason_code) as said from rankings.monthly "
        "join raw.build on as_of = last_complete_month where family = 'code'",
    ).to_pylist()
    return {row["community"]: row["said"] for row in rows}


def bytes_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*.parquet")}


@pytest.mark.long
def test_nights_in_a_row(house, night, monkeypatch):
    from flows import nightly

    with monkeypatch.context() as once:
        once.setattr(nightly, "collect_sources", nightly.collect_sources.with_options(retries=0))
        offline = night(offline=True)
    assert offline.exit_status == 4
    assert offline.page is None
    assert [v.verdict for v in offline.collected.visits] == ["failed", "failed"]
    assert one_screen(offline)[:2] == [
        "0 units had, 2 failed",
        "nothing at all could be reached; is this machine on the network? "
        f"try: git ls-remote {NOBODY}/{PLACE}/finch HEAD",
    ]
    assert "  kept: nothing is held of birds/finch: its months are gaps, not zeros" in one_screen(offline)
    assert "stackrank collect finch/core" in offline.told
    assert one_screen(offline)[-1] == "nothing was published; the site and database of before stand"

    half = night("finch")
    assert half.exit_status == 3
    page = half.page.read_text()
    assert "What failed" in page
    assert "birds/finch" in page
    assert places()["sparrow"] == "fewer_than_two_ranked"
    assert places()["finch"] == "not_observed"

    whole = night()
    assert whole.exit_status == 0
    assert whole.collected.complaints == []
    assert whole.told.splitlines() == ["2 units had, 0 failed", f"page: {whole.page}"]
    assert set(places().values()) == {"1", "2"}
    assert "none failed" in whole.page.read_text()

    database, page = folders().database.stat(), whole.page.read_text()
    idle = night()
    assert (idle.exit_status, idle.quiet) == (0, True)
    assert folders().database.stat() == database, "nothing was built"
    assert "nothing is new" in idle.told
    said = re.findall(r'<p class="quiet" id="again">(.*)</p>', idle.page.read_text())
    assert re.fullmatch(r"Visited again \d{4}-\d\d-\d\d \d\d:\d\d UTC: 2 units, nothing new in any.", said[0])
    assert idle.page.read_text().replace(f">{said[0]}<", " hidden><") == page, "nothing else is written"
    CALM.update(test_kills.House(folders().data, house.communities).tables())


def one_screen(night) -> list[str]:
    lines = night.told.splitlines()
    assert len(lines) <= 24
    return lines


@pytest.mark.long
def test_a_failed_build_leaves_database_and_site_and_says_so(house, night, monkeypatch):
    if not folders().database.exists():
        night()
    before = folders().database.read_bytes()
    built = datetime.fromtimestamp(folders().database.stat().st_mtime, UTC)
    monkeypatch.setattr(warehouse, "_check", lambda con: (_ for _ in ()).throw(warehouse.CheckFailedError("planted")))
    monkeypatch.setattr(quiet, "stands", lambda *_: False)
    failed = night()
    assert failed.exit_status == 4
    assert one_screen(failed)[1] == "failed: build: CheckFailedError: planted"
    assert f"the database of {built:%Y-%m-%d %H:%M} UTC and the page of " in one_screen(failed)[2]
    assert one_screen(failed)[3] == "  to do: mend what it names, then: stackrank build"
    assert folders().database.read_bytes() == before
    assert list(folders().data.glob(".stackrank*")) == []


@pytest.mark.long
def test_what_is_published_stands_only_while_nothing_it_was_made_of_changes(house, night, monkeypatch, tmp_path):
    from flows.nightly import _inputs

    if not CALM:
        night()
    where = folders()
    page, given = where.site / "index.html", _inputs()
    assert quiet.stands(where, given)
    visit = replace(given.visits[-1], seen_at=datetime.now(UTC))
    assert quiet.stands(where, replace(given, visits=[*given.visits, visit])), "only looked at again"
    changed = {
        "harvest": {"units": given.units[1:]},
        "catalogue": {"communities": given.communities[1:]},
        "month": {"today": given.today + timedelta(days=31)},
        "failing": {"visits": [*given.visits, replace(visit, verdict=Verdict.FAILED)]},
        "unit": {"visits": [*given.visits, replace(visit, unit="birds/new", verdict=Verdict.EMPTY)]},
        "shows": {"shows": "A rehearsal."},
    }
    assert [what for what, facts in changed.items() if quiet.stands(where, replace(given, **facts))] == []
    with monkeypatch.context() as patched:
        patched.setattr(quiet, "ROOMS", ("pipelines",))
        assert not quiet.stands(where, given), "other code"
    text = page.read_text()
    page.write_text(text + "<!-- by hand -->")
    assert not quiet.stands(where, given), "a page that something else wrote"
    page.unlink()
    assert not quiet.stands(where, given), "no page"


def test_a_page_without_a_place_for_it_is_no_quiet_one(tmp_path):
    where = Folders(tmp_path, tmp_path, tmp_path)
    (tmp_path / "index.html").write_text("<html></html>")
    with pytest.raises(ValueError, match="has no place for what a later night found"):
        site.say_visited_again(where, "Visited again.")
    (tmp_path / "index.html").write_text('<p class="quiet" id="again" hidden></p>')
    for said in (r"a \1 & b", "c < d"):
        site.say_visited_again(where, said)
    assert (tmp_path / "index.html").read_text() == '<p class="quiet" id="again">c &lt; d</p>'


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
    held_finch = landing.read_visit(folders().observations / "finch/core/birds/finch.parquet")
    failed = f"finch/core: birds/finch: gone: {gone.collected.failed[0].reason}"
    assert one_screen(gone)[1].removesuffix(" ...") in f"failed: {failed}"
    assert [one_screen(gone)[0], *one_screen(gone)[2:4]] == [
        "1 units had, 1 failed",
        f"  kept: {held_finch.observations} observations of birds/finch, as of {held_finch.seen_at:%Y-%m-%d}",
        f"  to do: if it has moved, correct its url in {house.communities / 'finch.toml'}; "
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
    assert [row["failed"] for row in data["failed"]] == [failed]
    assert gone.told in data["night"]
    log = ["git", "-C", str(house.top / "served" / PLACE / "sparrow.git"), "log", "--format=%an%n%ae"]
    people = set(subprocess.run(log, capture_output=True, text=True, check=True).stdout.splitlines())
    assert len(people) > 5
    assert [who for who in people if who in json.dumps(data, ensure_ascii=False)] == []


@pytest.mark.long
def test_a_night_killed_at_a_random_moment_ends_as_an_undisturbed_one(house, night, monkeypatch):
    """The twentieth moment; the others are in test_kills.py."""
    from prefect.settings import get_current_settings

    if not CALM:
        night()
        CALM.update(test_kills.House(folders().data, house.communities).tables())
    house.declare(house.url)
    killed = test_kills.House(house.top / "killed", house.communities, PREFECT_API_URL=get_current_settings().api.url)
    dice = test_kills.dice()
    process = killed.start("nightly")
    lines = [process.stdout.readline() for _ in range(dice.randint(2, 5))]
    time.sleep(dice.uniform(0, 0.5))
    process.kill()
    process.communicate()
    assert test_kills.left_behind(killed.where.data) == [], lines
    killed.read()
    monkeypatch.setenv("STACKRANK_DATA", str(killed.where.data))
    assert night().exit_status == 0
    assert killed.drafts() == []
    test_kills.same(killed.tables(), CALM)


def told(unit: str, verdict: Verdict, minute: int = 0, **facts) -> Visit:
    seen_at = datetime(2026, 3, 20, 3, minute, tzinfo=UTC)
    return Visit("birds", "core", "git", unit, f"git+https://forge.example.org/{unit}", seen_at, verdict, **facts)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_tells_done_failed_and_waiting_by_host(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    where = Folders(tmp_path, tmp_path, tmp_path)
    urls = ("git+https://forge.example.org/birds/a", "git+https://forge.example.org/birds/b",
            "git+https://example.net/birds/c", "git+file://localhost/srv/birds/d")  # fmt: skip
    source = Source("birds", "core", "git", urls, date(2024, 1, 1), "")
    plain, terminal = io.StringIO(), Terminal()
    since = datetime(2026, 3, 20, 3, tzinfo=UTC)
    landing.note(where.visits, replace(told("birds/c", Verdict.OK), seen_at=since - timedelta(seconds=1)))
    with progress.shown(where, [source], (), since, plain), progress.shown(where, [source], (), since, terminal):
        landing.note(where.visits, told("birds/a", Verdict.FAILED, 1))
        landing.note(where.visits, told("birds/b", Verdict.OK, 2, seconds=1.25))
        landing.note(where.visits, told("birds/a", Verdict.OK, 3))
        landing.note(where.visits, told("birds/new", Verdict.GONE, 4))
    assert plain.getvalue().splitlines() == [
        "birds/core birds/a: failed (1 of 4 units done, 1 failed; "
        "waiting: 1 at example.net, 1 at forge.example.org, 1 at this machine)",
        "birds/core birds/b: ok in 1.2 s (2 of 4 units done, 1 failed; waiting: 1 at example.net, 1 at this machine)",
        "birds/core birds/a: ok (2 of 4 units done, 0 failed; waiting: 1 at example.net, 1 at this machine)",
        "birds/core birds/new: gone (3 of 5 units done, 1 failed; waiting: 1 at example.net, 1 at this machine)",
    ]
    last = terminal.getvalue().split(progress.REWRITE)[-1]
    assert last == "3 of 5 units done, 1 failed; waiting: 1 at exampl\n", "cut where the terminal ends"


def test_progress_counts_what_a_list_names_and_what_is_left_for_another_night(tmp_path):
    where, stream = Folders(tmp_path, tmp_path, tmp_path), io.StringIO()
    since = datetime(2026, 3, 20, 3, tzinfo=UTC)
    source = Source("birds", "core", "git", (), date(2024, 1, 1), "", urls_from="https://example.org/projects.yaml",
                    url_template="git+https://forge.example.org/{repository}")  # fmt: skip
    old = Plan("birds", "core", since - timedelta(days=1), ("birds/old",))
    landing.note_plan(where.visits, old)
    with progress.shown(where, [source], (), since, stream):
        landing.note_plan(
            where.visits, replace(old, made_at=since, units=("birds/a", "birds/b", "birds/c"), left=("birds/c",))
        )
        landing.note(where.visits, told("birds/a", Verdict.OK, 1))
    assert stream.getvalue() == (
        "birds/core birds/a: ok (1 of 3 units done, 0 failed, 1 left for another night; "
        "waiting: 1 at forge.example.org)\n"
    )


def test_progress_reads_each_line_once_and_no_half_line(tmp_path):
    since = datetime(2026, 3, 20, 3, tzinfo=UTC)
    tail = progress.Tail(tmp_path, {"birds/core"}, since)
    assert tail.new() == []
    landing.note(tmp_path, told("birds/a", Verdict.OK, 1))
    assert [visit.unit for visit in tail.new()] == ["birds/a"]
    (file,) = tmp_path.rglob("*.jsonl")
    line = landing.as_json(told("birds/b", Verdict.OK, 2)).encode() + b"\n"
    for part, found in ((line[:30], []), (line[30:], ["birds/b"]), (b"", [])):
        with file.open("ab") as more:
            more.write(part)
        assert [visit.unit for visit in tail.new()] == found


def test_a_large_failure_still_fits_one_screen(tmp_path):
    where = Folders(tmp_path, tmp_path / "communities", tmp_path)
    verdicts = (Verdict.FAILED, Verdict.GONE, Verdict.REFUSED, Verdict.PARTIAL)
    visits = tuple(
        replace(told(f"birds/{number}", verdict, reason="because " * 40), community=f"birds{group}")
        for group in range(3) for verdict in verdicts for number in range(50)
    )  # fmt: skip
    plan = Plan("birds8", "core", datetime.now(UTC), ("birds/a", "birds/b", "birds/c"), ("birds/b", "birds/c"), "later")
    collected = Collected(visits, ("birds9/core birds/silent",), (plan,))
    troubles = account.of_visits(collected, where)
    lines = account.screen(collected, troubles, None, quiet=False).splitlines()
    assert len(lines) <= 24
    assert max(len(line) for line in lines if line.startswith("failed")) <= account.WIDTH
    assert lines[0] == "0 units had, 601 failed, 2 left for another night"
    assert lines[1].startswith("failed: birds0/core: birds/0, birds/1, birds/10 and 47 more: failed: because because")
    assert lines[-2] == "and 8 more of this kind; all of them: stackrank status"
    assert {t.do.split(" ")[0] for t in troubles} == {"it", "if", "see", "stackrank"}
    assert troubles[-1].do == "stackrank collect birds9/core"


def test_units_that_failed_for_different_reasons_are_told_apart(tmp_path):
    where = Folders(tmp_path, tmp_path / "communities", tmp_path)
    reasons = {
        "birds/a": "the connection broke off",
        "birds/b": "it answers with a page",
        "birds/c": "it answers with a page",
    }
    visits = tuple(told(unit, Verdict.FAILED, reason=reason) for unit, reason in reasons.items())
    assert [trouble.failed for trouble in account.of_visits(Collected(visits, ()), where)] == [
        "birds/core: birds/b, birds/c: failed: it answers with a page",
        "birds/core: birds/a: failed: the connection broke off",
    ]


def test_a_second_try_asks_only_for_what_another_try_may_bring(nightly):
    not_had, troubled = nightly._not_had, nightly._troubled
    visits = [told("birds/a", Verdict.OK), told("birds/b", Verdict.FAILED), told("birds/c", Verdict.GONE)]
    assert not_had(Collected(tuple(visits), ("birds/core birds/d",))) == ["birds/b", "birds/d"]
    assert not_had(Collected((*visits, told("", Verdict.FAILED)), ())) == [], "the list failed: ask for all"
    assert not_had(Collected((*visits, told("index", Verdict.FAILED)), ())) == [], "so did that of months"
    assert troubled(Collected(tuple(visits), ("birds/old index",))) == {"birds/core", "birds/old"}
    assert troubled(Collected((told("birds/c", Verdict.GONE),), ())) == set()
    assert not_had(Collected(tuple(visits), ("birds/core",))) == [], "the list was never seen: ask for all"


def test_sources_on_one_host_wait_for_each_other_and_loopback_does_not(nightly, monkeypatch):
    waits = []

    class Run:
        def submit(self, sources, since, *, return_state, wait_for):
            waits.append((*(source.community for source in sources), len(wait_for)))
            return object()

    class Task:
        def with_options(self, *, retry_delay_seconds):
            waits.append(retry_delay_seconds)
            return Run()

    monkeypatch.setattr(nightly, "collect_sources", Task())
    local = replace(SPARROW, community="local", urls=("git+http://127.0.0.1:1/birds/sparrow",))
    lists = [replace(local, name=name, kind="ponymail", urls=("http://127.0.0.1:1/api/",)) for name in ("a", "b")]
    near = replace(local, name="near")
    nightly._submit([SPARROW, FINCH, local, lists[0], near, lists[1]], datetime.now(UTC))
    assert waits == [
        nightly.RETRY_DELAYS, ("sparrow", 0), nightly.RETRY_DELAYS, ("finch", 1),
        nightly.LOOPBACK_DELAYS, ("local", 0), nightly.LOOPBACK_DELAYS, ("local", "local", 0),
        nightly.LOOPBACK_DELAYS, ("local", 0),
    ]  # fmt: skip


def test_prefect_sends_no_telemetry(nightly):
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["DO_NOT_TRACK"] == "1"
    from prefect.settings import get_current_settings

    assert get_current_settings().server.analytics_enabled is False
