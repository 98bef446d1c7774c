"""The community files of the demo, and a whole demo with faults."""

import html
import tomllib
from pathlib import Path

import pytest

from flows.collect import collect
from flows.demo import catalogue, places, run
from flows.demo.server import FAULTS
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders, read_demo_marker
from pipelines.warehouse.answer import answer
from pipelines.warehouse.build import build_database
from reports import site

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
