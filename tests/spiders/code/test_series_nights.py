"""Two nights of the real spider of lists of series against a server that answers in every way."""

from datetime import UTC, datetime

import pytest
from support.releases import forge
from support.series import LAUGHS, LIST
from support.tables_on_demand import ask, build_tables

from flows.collect import collect
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.landing.stored import stored_visits
from spiders.code.series_status import LARGEST_FILE

KEY = "5e" * 32

ETAG, DATED = {"ETag": '"a1"'}, {"Last-Modified": "Wed, 18 Mar 2026 10:00:00 GMT"}
SHORTER, LONGER = LIST.partition(b"- name: robin")[0], LIST + b"- {name: owl, status: maintained}\n"
FIRST_NIGHT = {
    "etag": ((200, ETAG, LIST), "ok", ""),
    "dated": ((200, DATED, LIST), "ok", ""),
    "plain": ((200, {}, LIST), "ok", ""),
    "grows": ((200, ETAG, LIST), "ok", ""),
    "shrinks": ((200, {}, LIST), "ok", ""),
    "turns": ((200, ETAG, LIST), "ok", ""),
    "odd-etag": ((200, {"ETag": '"' + "x" * 500 + '"'}, LIST), "ok", ""),
    "login": ((200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"), "failed", "a web page came instead"),
    "refresh": ((200, {"Content-Type": "text/html"}, b'<meta http-equiv="refresh" content="0;url=/etag.yaml">'),
                "failed", "a web page came instead"),
    "empty": ((200, {}, b""), "failed", "no list of series"),
    "laughs": ((200, {}, LAUGHS), "failed", "references"),
    "no-content": ((204, {}, b""), "failed", "no list of series"),
    "unasked-304": ((304, {}, b""), "failed", "no list of series"),
    "missing": ((404, {}, b"no"), "gone", "the server answered 404"),
    "removed": ((410, {}, b"no"), "gone", "the server answered 410"),
    "locked": ((401, {}, b"no"), "refused", "the server answered 401"),
    "walled": ((403, {}, b"<html>robot?</html>"), "refused", "the server answered 403"),
    "limited": ((429, {}, b"no"), "refused", "the server answered 429"),
    "broken": ((500, {}, b"no"), "failed", "the server answered 500"),
    "moved": ((302, {"Location": "/etag.yaml"}, b""), "failed", "302: moved to /etag.yaml; the catalogue must name"),
    "lured": ((301, {"Location": "file:///etc/passwd"}, b""), "failed", "the catalogue must name the new address"),
    "private": ((200, {}, LIST), "refused", "robots.txt"),
    "huge": ((200, {}, LIST + b"#" * LARGEST_FILE), "failed", ""),
    "cut": ((200, {"Content-Length": "9999", "Connection": "close"}, LIST), "failed", ""),
}  # fmt: skip
SECOND_NIGHT = {
    "etag": ((200, ETAG, LIST), "unchanged", ""),
    "dated": ((200, DATED, LIST), "unchanged", ""),
    "plain": ((200, {}, LIST), "unchanged", ""),
    "grows": ((200, {"ETag": '"a2"'}, LONGER), "ok", ""),
    "shrinks": ((200, {}, SHORTER), "shrunk", "shrank from 4 to 3: the earlier harvest is kept"),
    "turns": ((200, {}, b"<html>Sign in</html>"), "failed", "a web page came instead"),
    "odd-etag": ((200, ETAG, LIST), "unchanged", ""),
    "missing": ((200, {}, LIST), "ok", ""),
}
ROBOTS = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /private.yaml\n")


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Two nights of the real spider against one server; returns folder, visits and requests of both."""
    top = tmp_path_factory.mktemp("nights")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    told = []
    with pytest.MonkeyPatch.context() as patch, forge({}) as server:
        patch.setenv("STACKRANK_KEY", KEY)
        base = f"http://127.0.0.1:{server.server_address[1]}"
        blocks = [
            f'[[sources]]\nname = "{name}"\nkind = "series_status"\nsince = 2025-02-01\nwhy = "Invented."\n'
            f'urls = ["{base}/{name}.yaml"]\n' for name in FIRST_NIGHT
        ]  # fmt: skip
        head = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2025-01-01\n'
        (where.communities / "birds.toml").write_text(head + "\n".join(blocks))
        (birds,) = load_catalogue(where.communities)
        for night in (FIRST_NIGHT, SECOND_NIGHT):
            server.answers = {f"/{name}.yaml": answer for name, (answer, _, _) in night.items()}
            server.answers["/robots.txt"] = ROBOTS
            server.asked.clear()
            sources = [s for s in birds.sources if s.name in night]
            told.append((collect(where, sources), list(server.asked)))
    return where, told


@pytest.mark.long
@pytest.mark.parametrize("night", [0, 1])
def test_every_answer_has_its_verdict(nights, night):
    expected = (FIRST_NIGHT, SECOND_NIGHT)[night]
    collected, _ = nights[1][night]
    assert collected.unvisited == ()
    found = {visit.source: visit for visit in collected.visits}
    assert {name: str(v.verdict) for name, v in found.items()} == {
        n: verdict for n, (_, verdict, _) in expected.items()
    }
    for name, (_, verdict, reason) in expected.items():
        assert reason in found[name].reason
        assert bool(found[name].reason) == (verdict not in ("ok", "unchanged")), name


@pytest.mark.long
def test_what_we_hold_is_asked_for_on_condition_and_addresses_are_not_followed(nights):
    _, ((first, asked), (second, again)) = nights
    assert {"If-None-Match", "If-Modified-Since"}.isdisjoint(name for _, headers in asked for name in headers)
    counts = [path for path, _ in asked]
    assert counts.count("/etag.yaml") == 1
    assert counts.count("/broken.yaml") == 3
    assert "/private.yaml" not in counts
    sent = dict(again)
    assert sent["/etag.yaml"]["If-None-Match"] == ETAG["ETag"]
    assert sent["/dated.yaml"]["If-Modified-Since"] == DATED["Last-Modified"]
    assert "If-None-Match" not in sent["/odd-etag.yaml"]
    assert all(v.key_id is None and v.reader == "series_status/1" for v in (*first.visits, *second.visits))
    unchanged = next(v for v in second.visits if v.source == "etag")
    assert (unchanged.observations, unchanged.etag) == (4, ETAG["ETag"])


@pytest.mark.long
def test_only_a_complete_list_replaces_what_was_held(nights):
    held = stored_visits(nights[0].observations)
    rows = {source: visit.observations for (_, source, unit), visit in held.items() if unit == f"{source}.yaml"}
    kept = dict.fromkeys(("etag", "dated", "plain", "shrinks", "turns", "odd-etag", "missing"), 4)
    assert rows == kept | {"grows": 5}


@pytest.mark.long
def test_a_list_read_by_an_older_reader_is_asked_for_whole(nights, monkeypatch):
    from spiders.code.series_status import SeriesStatusSpider
    from spiders.core.responses import conditions

    where = nights[0]
    monkeypatch.setenv("STACKRANK_DATA", str(where.data))
    monkeypatch.setenv("STACKRANK_COMMUNITIES", str(where.communities))
    monkeypatch.setenv("STACKRANK_KEY", KEY)
    spider = SeriesStatusSpider(sources="birds/etag")
    (etag,) = spider.sources
    assert conditions(spider.current_visit(etag, "etag.yaml")) == {"If-None-Match": ETAG["ETag"]}
    monkeypatch.setattr(spider, "reader", "series_status/2")
    assert conditions(spider.current_visit(etag, "etag.yaml")) == {}


@pytest.mark.long
def test_the_night_and_the_build_make_one_database(nights):
    where = nights[0]
    birds = load_catalogue(where.communities)
    build_tables(where, birds, datetime.now(UTC).date())
    rows = ask(where, "select version, source from core.releases order by 1")
    assert rows == [("2025.2", "etag"), ("robin", "etag")]
    assert ask(where, "select sum(observations) from raw.units") == [(7 * 4 + 5,)]
    assert ask(where, "select distinct state from core.coverage where source = 'walled'") == [("gap",)]
