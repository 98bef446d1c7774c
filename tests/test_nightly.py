"""The night with real Prefect, real Scrapy, a real git server: what breaks stays small and is told."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from flows.rehearsal import catalogue, histories
from flows.rehearsal.server import serve
from pipelines import warehouse
from pipelines.folders import folders
from pipelines.nouns import Source

KEY = "5e" * 32
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


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A data folder, community files and served histories; Prefect's own test server."""
    top = tmp_path_factory.mktemp("night")
    (top / "declared").mkdir()
    for source in (SPARROW, FINCH):
        (top / "declared" / f"{source.community}.toml").write_text(community_file(source))
    histories.generate(top / "served", [SPARROW, FINCH], datetime.now(UTC).date())
    before = dict(os.environ)
    os.environ |= {"STACKRANK_DATA": str(top / "data"), "STACKRANK_KEY": KEY}
    os.environ["STACKRANK_COMMUNITIES"] = str(top / "communities")
    from prefect.testing.utilities import prefect_test_harness

    from flows import nightly as _  # noqa: F401  (sets Prefect's quiet settings before its import)

    with prefect_test_harness(server_startup_timeout=120):
        yield top
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def night(house):
    """Run one night against the histories that are served now; `gone` repositories are missing."""

    def run(*gone: str):
        from flows.nightly import nightly

        root = house / "served"
        hidden = [root / "forge.example.org/birds" / f"{name}.git" for name in gone]
        for bare in hidden:
            bare.rename(bare.with_suffix(".hidden"))
        try:
            with serve(root) as server:
                shutil.rmtree(house / "communities", ignore_errors=True)
                catalogue.rehearse(house / "declared", house / "communities", server.base_url, snapshot=False)
                return nightly()
        finally:
            for bare in hidden:
                bare.with_suffix(".hidden").rename(bare)

    return run


def places() -> dict[str, str | None]:
    rows = warehouse.ask(
        folders().database,
        "select community, coalesce(place::varchar, reason) as said from rankings.monthly "
        "join raw.build on as_of = last_complete_month",
    ).to_pylist()
    return {row["community"]: row["said"] for row in rows}


def test_nights_in_a_row(house, night):
    nothing = night("sparrow", "finch")
    assert nothing.exit_status == 4
    assert nothing.page is None
    assert [v.verdict for v in nothing.collected.visits] == ["gone", "gone"]

    half = night("finch")
    assert half.exit_status == 3
    assert any("finch" in complaint and "gone" in complaint for complaint in half.collected.complaints)
    page = half.page.read_text()
    assert "What failed" in page
    assert "birds/finch" in page
    assert places()["sparrow"] == "1"
    assert places()["finch"] == "none of the 12 months was seen"

    whole = night()
    assert whole.exit_status == 0
    assert whole.collected.complaints == []
    assert set(places().values()) == {"1", "2"}
    assert "none failed" in whole.page.read_text()

    held = {path: path.read_bytes() for path in folders().observations.rglob("*.parquet")}
    again = night("finch")
    assert again.exit_status == 3
    assert {str(v.verdict) for v in again.collected.visits} == {"unchanged", "gone"}
    assert {path: path.read_bytes() for path in folders().observations.rglob("*.parquet")} == held
    assert set(places().values()) == {"1", "2"}, "what was held before is kept and ranked"


def test_a_failed_build_leaves_database_and_site_and_says_so(house, night, monkeypatch):
    if not folders().database.exists():
        night()
    before = folders().database.read_bytes()
    monkeypatch.setattr(warehouse, "_check", lambda con: (_ for _ in ()).throw(warehouse.CheckFailedError("planted")))
    failed = night()
    assert failed.exit_status == 4
    assert failed.broken == ("CheckFailedError: planted",)
    assert folders().database.read_bytes() == before
    assert list(folders().data.glob(".stackrank*")) == []


def test_sources_on_one_host_wait_for_each_other_and_loopback_does_not(house, monkeypatch):
    from flows import nightly

    waits = []

    class Run:
        def submit(self, source, since, *, return_state, wait_for):
            waits.append((source.community, len(wait_for)))
            return object()

    class Task:
        def with_options(self, *, retry_delay_seconds):
            waits.append(retry_delay_seconds)
            return Run()

    monkeypatch.setattr(nightly, "collect_source", Task())
    local = replace(SPARROW, community="local", urls=("git+http://127.0.0.1:1/birds/sparrow",))
    nightly._submit([SPARROW, FINCH, local, local], datetime.now(UTC))
    assert waits == [
        nightly.RETRY_DELAYS, ("sparrow", 0), nightly.RETRY_DELAYS, ("finch", 1),
        nightly.LOOPBACK_DELAYS, ("local", 0), nightly.LOOPBACK_DELAYS, ("local", 0),
    ]  # fmt: skip


def test_prefect_sends_no_telemetry():
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["DO_NOT_TRACK"] == "1"
    from prefect.settings import get_current_settings

    assert get_current_settings().server.analytics_enabled is False
