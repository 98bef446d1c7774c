"""The lists of the demo: what was counted of them, and something where nothing was."""

from dataclasses import replace
from datetime import date

from support.channels import CHANNEL
from support.crawl import HEAD

from flows.demo import catalogue, lists
from pipelines.catalogue.history import Figure
from pipelines.catalogue.load import load_catalogue
from pipelines.model import UNREADABLE, Source


def figure(metric, period, value, month=None, definition="mails"):
    quality = "stated" if "about" in definition else "counted by others"
    return Figure("birds", metric, definition, period, value, quality, "invented", month, "x.csv")


def test_an_invented_list_has_what_was_counted_and_something_where_nothing_was():
    figures = [
        figure("postings_week:birds-dev", "2013-09-30", 41), figure("postings_week:birds-dev", "2013-10-28", 50),
        figure("postings_week:birds-dev", "2013-10-29", 70), figure("postings_week:other", "2013-10-07", 990),
        figure("postings:birds-dev", "2013-11", 101, date(2013, 11, 1)),
        figure("postings:birds-dev", "2013-12", 9990, date(2013, 12, 1), "mails, to date"),
        figure("postings:birds-dev", "2013-11", 170, date(2013, 11, 1), "mails, about"),
    ]  # fmt: skip
    url = "https://lists.example.org/pipermail/birds-dev/"
    dev = Source("birds", "dev", "pipermail", (url,), date(2013, 10, 5), "x", until=date(2014, 2, 9),
                 audience="everyone", address="birds-dev@lists.example.org")  # fmt: skip
    others = [replace(dev, enabled=False), replace(dev, kind="git"), replace(dev, kind="unreadable")]
    (one,) = lists.invent_lists([dev, *others], figures, date(2014, 3, 20))
    assert (one.url, one.kind, one.community) == ("/lists.example.org/pipermail/birds-dev/", "pipermail", "birds")
    assert list(one.months) == [
        date(2013, 10, 1),
        date(2013, 11, 1),
        date(2013, 12, 1),
        date(2014, 1, 1),
        date(2014, 2, 1),
    ]
    assert list(one.months.values())[:2] == [91, 171], "41 + 50, and 70 + 101: a week counts where its middle is"
    assert all(210 <= count <= 390 for count in list(one.months.values())[2:])
    assert lists.invent_lists([dev], figures, date(2014, 3, 20)) == [one], "the same every time"
    (living,) = lists.invent_lists([replace(dev, until=None)], [], date(2013, 12, 1))
    assert list(living.months) == [date(2013, 10, 1), date(2013, 11, 1)]


def test_a_demo_turns_lists_to_its_server_and_keeps_what_cannot_be_read_as_a_hole(tmp_path):
    (tmp_path / "real").mkdir()
    text = CHANNEL.replace("evidence =", 'continues = "birds/ants"\nevidence =').replace("birds/ants", "birds/before")
    before = CHANNEL[CHANNEL.index('name = "forum"') - 12 :].partition("\n\n")[0].replace('"forum"', '"before"')
    before = before.replace("2010-07-01", "2009-07-01").replace("why", 'continued_by = "birds/forum"\nwhy')
    (tmp_path / "real/birds.toml").write_text(HEAD + text + before)
    (birds,) = load_catalogue(tmp_path / "real")
    assert birds.sources[3].continues == "birds/before"
    catalogue.write_communities(tmp_path / "real", tmp_path / "turned", "http://127.0.0.1:9", snapshot=False)
    (turned,) = load_catalogue(tmp_path / "turned")
    assert {s.name: s.urls for s in turned.sources if s.visited} == {
        "dev": ("http://127.0.0.1:9/lists.example.org/archives/list/dev@lists.example.org/",),
        "users": ("http://127.0.0.1:9/lists.example.org/api/",),
        "users-cn": ("http://127.0.0.1:9/lists.example.org/api/",),
    }  # fmt: skip
    assert [(s.name, s.enabled, s.continues) for s in turned.sources[3:]] == [
        ("forum", True, None), ("old", False, None), ("before", True, None),
    ]  # fmt: skip
    catalogue.write_communities(tmp_path / "real", tmp_path / "frozen", "http://127.0.0.1:9", snapshot=True)
    frozen = load_catalogue(tmp_path / "frozen")[0].sources
    assert {s.kind for s in frozen if s.enabled} == {UNREADABLE}, "lists live there, and nobody can see them"
    assert [s.name for s in frozen if not s.enabled] == ["old"]
