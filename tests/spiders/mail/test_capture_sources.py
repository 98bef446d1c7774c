"""Sources of captures: asked on demand, a copy of a living list, and what their block may say."""

from datetime import date

import pytest
from support.captures import LATEST, LIVE, OLD, PLACE, WHO, run, shot, source, world
from support.crawl import HEAD
from support.tables_on_demand import ask, build_tables
from support.walk import crawl

from flows import contact
from flows.cli import main
from flows.demo import catalogue
from flows.demo.archives import Archives
from flows.demo.captures import Wayback
from flows.demo.server import serve
from pipelines.catalogue.load import CatalogueError, load_catalogue
from pipelines.folders import CHECKOUT
from pipelines.landing.stored import stored_visits

# ---- on demand only --------------------------------------------------------------------------------------------


@pytest.mark.long
def test_it_is_visited_where_it_is_named_and_never_by_night(tmp_path, monkeypatch, capsys):
    for name in ("STACKRANK_CONTACT", "STACKRANK_DATA", "STACKRANK_COMMUNITIES"):
        monkeypatch.delenv(name, raising=False)
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        server.archives = Archives([], wayback=Wayback(PLACE, [shot("May", LATEST)]))
        for name, value in (("DATA", where.data), ("COMMUNITIES", where.communities), ("KEY", "5e" * 32)):
            monkeypatch.setenv(f"STACKRANK_{name}", str(value))
        assert main(["collect"]) == 0
        assert server.requests == []
        assert main(["collect", "--source", "birds/users"]) == 0
        assert main(["communities"]) == 0
    told = capsys.readouterr().out
    assert "2 fetched, 0 failed" in told
    assert [line.split()[6:8] for line in told.splitlines() if " users " in line] == [["on", "demand"]]
    (birds,) = load_catalogue(where.communities)
    assert [(one.visited, one.reachable, one.on_demand) for one in birds.sources] == [(False, True, True)]


def test_captures_are_read_again_by_a_better_reader_without_a_question(tmp_path):
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        server.archives = Archives([], wayback=Wayback(PLACE, [shot("May", LATEST)]))
        run(where, server)
        server.requests.clear()
        crawl(where, ("archiveorg",), "reread=yes")
        assert server.requests == []
    (held,) = [visit for key, visit in stored_visits(where.observations).items() if key[2] == "2012-05"]
    assert (held.observations, held.note.partition(" on ")[0]) == (30, "read again")


# ---- one list at two places ------------------------------------------------------------------------------------

TALK = "select strftime(month, '%m'), state from core.channels where family = 'talk' and month < '2012-04-01'"
MARCH = "community = 'birds' and month = '2012-03-01'"


def built(where):
    build_tables(where, load_catalogue(where.communities), date(2016, 1, 20))


@pytest.mark.long
def test_a_list_seen_at_two_places_counts_once_and_was_seen_where_either_was(tmp_path):
    live = f'\n[[sources]]\nname = "live"\nkind = "pipermail"\nsince = 2012-01-01\nuntil = 2012-03-31\n{WHO}'
    with serve(tmp_path / "none") as server:
        where = world(tmp_path, server.base_url)
        copy = source("users", server.base_url, OLD, more='copy_of = "birds/live"\n').replace("12-31", "03-31")
        (where.communities / "birds.toml").write_text(HEAD + live + f'urls = ["{server.base_url}{LIVE.url}"]\n' + copy)
        wayback = Wayback(PLACE, [shot("January", LATEST), shot("March", LATEST)])
        server.archives = Archives([LIVE], wayback=wayback)
        crawl(where, ("pipermail",))
        built(where)
        states = ask(where, "select distinct state from core.coverage where source = 'users' and month < '2012-04-01'")
        assert states == [("gap",)], "no night will load it"
        assert dict(ask(where, TALK)) == dict.fromkeys(("01", "02", "03"), "observed"), "the living one was seen"
        crawl(where, ("archiveorg",))
    built(where)
    metrics = dict(ask(where, f"select metric, value from metrics.monthly where {MARCH}"))
    assert (metrics["messages"], metrics["postings"]) == (30, 30)
    listed = ask(where, f"select source, postings, only_here from analysis.by_source where {MARCH} order by 1")
    assert listed == [("live", 30, 30), ("users", 30, 30)]
    # The living archive says that January and February had no mail; the capture knows better of January.
    assert dict(ask(where, TALK)) == dict.fromkeys(("01", "02", "03"), "observed")
    for path in (*(where.observations / "birds/live").iterdir(), *(where.visits / "birds/live").iterdir()):
        path.unlink()
    built(where)
    assert dict(ask(where, TALK)) == {"01": "observed", "02": "unobserved", "03": "observed"}


COPIES = {
    "of nothing": ("birds/lives", "no such source: 'birds/lives'; did you mean 'birds/live'?"),
    "of itself": ("birds/users", "birds/users is no other source of the same community"),
    "of a copy": ("birds/copy", "birds/copy must be a list or a forum that is not a copy itself"),
    "of code": ("birds/core", "birds/core must be a list or a forum that is not a copy itself"),
}


@pytest.mark.parametrize(("of", "reason"), COPIES.values(), ids=COPIES)
def test_a_wrong_copy_is_told_by_file_and_key(tmp_path, of, reason):
    live = f'\n[[sources]]\nname = "live"\nkind = "pipermail"\nsince = 2012-01-01\n{WHO}urls = ["http://x.example.org/a/"]\n'
    copy = live.replace('"live"', '"copy"').replace("/a/", "/b/") + 'copy_of = "birds/live"\n'
    core = '\n[[sources]]\nname = "core"\nkind = "git"\nsince = 2012-01-01\nwhy = "x"\nurls = ["git+https://x.example.org/a/b"]\n'
    users = source("users", "http://127.0.0.1", OLD, more=f'copy_of = "{of}"\n')
    (tmp_path / "birds.toml").write_text(HEAD + live + copy + core + users)
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(tmp_path)
    assert str(raised.value) == f"birds.toml: sources[3].copy_of: {reason}"


def test_captures_are_asked_at_the_wayback_machine_unless_the_catalogue_says_otherwise(tmp_path):
    (tmp_path / "birds.toml").write_text(HEAD + source("users", "", OLD))
    (birds,) = load_catalogue(tmp_path)
    assert birds.sources[0].captures == "https://web.archive.org/"
    wrong = source("users", "", OLD).replace("archiveorg", "pipermail") + 'captures = "https://web.archive.org/x"\n'
    (tmp_path / "birds.toml").write_text(HEAD + wrong)
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(tmp_path)
    assert str(raised.value) == "birds.toml: sources[0].captures: only a source of kind archiveorg has it"
    wrong = source("users", "", OLD) + 'captures = "https://web.archive.org/x"\n'
    (tmp_path / "birds.toml").write_text(HEAD + wrong)
    with pytest.raises(CatalogueError, match=r"captures: the url of an archive is a folder and ends in /$"):
        load_catalogue(tmp_path)


def test_a_demo_turns_captures_to_its_server(tmp_path):
    catalogue.write_communities(
        CHECKOUT / "data/communities", tmp_path / "turned", "http://127.0.0.1:9", snapshot=False
    )
    turned = [s for one in load_catalogue(tmp_path / "turned") for s in one.sources if s.kind == "archiveorg"]
    assert {host for one in turned for host in contact.source_hosts(one)} == {"127.0.0.1"}
    assert not any(one.visited for one in turned)
