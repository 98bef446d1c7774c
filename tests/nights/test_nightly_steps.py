"""What a nightly run does between its steps: what it tries again, and how Prefect is set up."""

import importlib
import os

import pytest
from support.builders import visited

from flows import prefect_api
from flows.results import CollectResult
from pipelines.folders import Folders, folders
from pipelines.model import Verdict
from reports.checked import update_last_checked


@pytest.fixture
def nightly(tmp_path, monkeypatch):
    """The module, imported as in a run: Prefect's home is in the data folder and its telemetry off."""
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path))
    return importlib.import_module("flows.nightly")


def test_a_run_that_found_nothing_new_touches_no_page_and_needs_one(tmp_path):
    where = Folders(tmp_path, tmp_path, tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no page at"):
        update_last_checked(where, "Visited again.")
    (tmp_path / "index.html").write_text("<html></html>")
    assert update_last_checked(where, r'a \1 & "b"') == tmp_path / "index.html"
    assert (tmp_path / "checked.js").read_text() == r'window.stackrankChecked = "a \\1 & \"b\"";' + "\n"
    assert (tmp_path / "index.html").read_text() == "<html></html>"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checked.js", "index.html"]


@pytest.mark.long
def test_a_second_try_asks_only_for_what_another_try_may_bring():
    visiting = importlib.import_module("flows.visiting")
    units, sources = visiting._units_to_retry, visiting._sources_to_retry
    visits = [visited("birds/a", Verdict.OK), visited("birds/b", Verdict.FAILED), visited("birds/c", Verdict.GONE)]
    assert units(CollectResult(tuple(visits), ("birds/core birds/d",))) == ["birds/b", "birds/d"]
    assert units(CollectResult((*visits, visited("", Verdict.FAILED)), ())) == [], "the list failed: ask for all"
    assert units(CollectResult((*visits, visited("index", Verdict.FAILED)), ())) == [], "so did that of months"
    assert sources(CollectResult(tuple(visits), ("birds/old index",))) == {"birds/core", "birds/old"}
    assert sources(CollectResult((visited("birds/c", Verdict.GONE),), ())) == set()
    assert units(CollectResult(tuple(visits), ("birds/core",))) == [], "the list was never seen: ask for all"


def test_prefect_sends_no_telemetry_and_stores_no_results(nightly, monkeypatch):
    for name in (*prefect_api.QUIET, *prefect_api.CLOSED, *prefect_api.SPARING):
        monkeypatch.setenv(name, "as it was")
        del os.environ[name]
    prefect_api.prepare(folders())
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["DO_NOT_TRACK"] == "1"
    from prefect.settings import Settings

    settings = Settings()  # an earlier test of this process may have other settings as the current ones
    assert settings.server.analytics_enabled is False
    assert settings.results.persist_by_default is False
    assert settings.results.default_serializer == "json"
    assert settings.server.ephemeral.enabled is False, "a server of Prefect's own asks for no login"
