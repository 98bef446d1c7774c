"""The night with real Prefect, real Scrapy, a real git server: what breaks stays small and is told."""

import json
import os
import re
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support import nights
from support.bird_house import NOBODY, PLACE, bytes_of, keep_page, one_screen, places

from flows import hosts, prefect_api, unchanged
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders
from pipelines.landing.stored import read_visit
from pipelines.model import Verdict
from pipelines.warehouse import build
from pipelines.warehouse.build import CheckFailedError

CALM: dict[str, list[tuple[object, ...]]] = {}
"""The tables after a night in which all was well, once there was one."""


NOTICE = "the nightly run failed: nothing was published"


@pytest.mark.long
def test_nights_in_a_row(house, night, monkeypatch, tmp_path):
    """The first and the last one find no host; what STACKRANK_NOTIFY gets lies in `notices`."""
    monkeypatch.setattr(hosts, "LOOPBACK_DELAYS", ())
    notices = tmp_path / "notices"
    monkeypatch.setenv("STACKRANK_NOTIFY", f"sh -c 'cat >> {notices}'")
    old, young = keep_page(91), keep_page(89)
    offline = night(offline=True)
    assert (old.exists(), young.exists()) == (False, True), "the privacy page promises 90 days"
    assert notices.read_text().count(NOTICE) == 1
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

    assert notices.read_text().count(NOTICE) == 1, "a good night says nothing"
    alone = night(offline=True)
    assert (alone.exit_status, alone.page) == (4, None)
    assert notices.read_text().count(NOTICE) == 2, "it was over and came back"
    assert (whole.page.read_text(), folders().database.stat()) == (page, database)
    assert re.search(r"Last checked .* UTC: no host answered\.", idle.page.with_name("checked.js").read_text())
    CALM.update(nights.House(folders().data, house.communities).tables())


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
