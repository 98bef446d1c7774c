"""The demo's list of series: it is invented, served and turned to, and nothing else is."""

import http.client
from urllib.parse import urlsplit

from support.builders import TODAY

from flows.demo import catalogue, places, run
from flows.demo import series as invented
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import CATALOGUE
from spiders.code.series_status import series


def test_the_demo_serves_an_invented_list_and_says_when_it_is_unchanged(tmp_path):
    four = load_catalogue(CATALOGUE)
    sources = [s for c in four for s in c.sources if s.enabled]
    root = tmp_path / "served"
    invented.write(root, sources, TODAY)
    assert [file.name for file in root.rglob("*") if file.is_file()] == ["series_status.yaml"]
    with serve(root) as server:
        catalogue.write_communities(CATALOGUE, tmp_path / "live", server.base_url, snapshot=False)
        catalogue.write_communities(CATALOGUE, tmp_path / "frozen", server.base_url, snapshot=True)
        (lists,) = (s for c in load_catalogue(tmp_path / "live") for s in c.sources if s.kind == "series_status")
        address = urlsplit(lists.urls[0])
        (status, page), etag = get(address)
        assert (status, get(address, etag)[0]) == (200, (304, b""))
        assert get(address._replace(path="/opendev.org/none.yaml"))[0][0] == 404
        assert get(address._replace(path="/opendev.org/../../live/birds.yaml"))[0][0] == 404
        assert server.complaints == []
    rows = series(page).to_pylist()
    assert {r["status"] for r in rows} == {"development", "maintained", "end of life"}
    assert min(r["initial_release"] for r in rows) >= lists.since
    assert all((r["status"] == "development") == (r["initial_release"] > TODAY) for r in rows)
    frozen = [s for c in load_catalogue(tmp_path / "frozen") for s in c.sources]
    assert [s.enabled for s in frozen if s.kind == "series_status"] == [False]
    live = load_catalogue(tmp_path / "live")
    assert [c.release_dates for c in live] == [c.release_dates for c in four]
    assert [s.releases for c in live for s in c.sources] == [s.releases for c in four for s in c.sources]


def get(address, etag=None):
    connection = http.client.HTTPConnection(address.netloc)
    connection.request("GET", address.path, headers={"If-None-Match": etag} if etag else {})
    answer = connection.getresponse()
    content = (answer.status, answer.read())
    connection.close()
    return content, answer.headers["ETag"]


def test_a_repository_s_own_files_are_not_served(tmp_path):
    secret = tmp_path / "h" / "a" / "b.git" / "hooks.yaml"
    secret.parent.mkdir(parents=True)
    secret.write_text("x")
    (tmp_path / "h" / "list.yaml").write_text("x")
    assert places.page(tmp_path, "h/list.yaml") == tmp_path / "h" / "list.yaml"
    for place in ("h/a/b.git/hooks.yaml", "h/../h/list.yaml", "h//list.yaml", "h/list", "h"):
        assert places.page(tmp_path, place) is None, place


def test_the_demo_makes_the_list_of_every_source_of_series(tmp_path, monkeypatch):
    monkeypatch.setenv("STACKRANK_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(run.histories, "generate", lambda *_: None)
    four = load_catalogue(CATALOGUE)
    _, root = run.prepare(None, four)
    urls = [url for c in four for s in c.sources if s.kind == "series_status" for url in s.urls]
    assert len(urls) == 1
    assert all((root / places.place(url)).is_file() for url in urls)
