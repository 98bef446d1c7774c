"""People who move from a list to another or to a forum are seen to move: shares, months that nobody saw, the table."""

import pytest
from support.builders import community
from support.page import Page
from support.postings import DECEMBER, FEBRUARY, JANUARY, TODAY, land_index, land_month, mail, mailing_list
from support.site import altered, render
from support.tables_on_demand import ask

from pipelines.warehouse.build import build_database
from reports.pages import channels
from reports.pages import community as of_community
from reports.text.labels import LEGEND

TITLE = "Where people talk: each list's and forum's share of the messages"


def lists(where):
    """A list that loses its people to another: 3 messages to 1, then 1 to 3, one of them on both; a third is closed."""
    dev, users = mailing_list("dev"), mailing_list("users")
    chat = mailing_list("chat", since=FEBRUARY, kind="unreadable", evidence="It is named.")
    both = mail("both", "02 Jan 2026", "joe")
    months = {
        dev: {DECEMBER: [mail(f"d{n}", f"0{n} Dec 2025") for n in (1, 2, 3)], JANUARY: [both], FEBRUARY: []},
        users: {
            DECEMBER: [mail("u1", "05 Dec 2025", "ann")],
            JANUARY: [both, *(mail(f"v{n}", f"1{n} Jan 2026", "ann") for n in (1, 2, 3))],
            FEBRUARY: [mail("w", "03 Feb 2026", "ann")],
        },
    }
    for source, held in months.items():
        land_index(where, source, {month: len(mails) for month, mails in held.items() if mails})
        for month, mails in held.items():
            if mails:
                land_month(where, source, month, *mails)
    build_database(where, [community("birds", dev, users, chat)], TODAY)
    return where


@pytest.mark.long
def test_the_shares_of_all_lists_are_of_messages_that_count_once(where):
    lists(where)
    rows = ask(
        where, "select month, sum(first_here), sum(postings) from analysis.by_source group by all order by month"
    )
    assert rows[:3] == [(DECEMBER, 4, 4), (JANUARY, 4, 5), (FEBRUARY, 1, 1)]
    counted = ask(where, "select month, value from metrics.monthly where metric = 'messages' order by month")
    assert [(month, first) for month, first, _ in rows][:3] == counted[:3]


@pytest.mark.long
def test_r23_a_move_from_one_list_to_another_shows_in_the_shares_and_a_closed_one_is_hatched(where):
    page = Page(render(lists(where), of_community.page, "birds"))
    figure = page.figures["channels"]
    bars = {trace["legendgroup"]: dict(zip(trace["x"], trace["y"], strict=True)) for trace in figure["data"]}
    assert bars["dev"] == {"2025-12-01": 75, "2026-01-01": 25, "2026-02-01": 0}
    assert bars["users"]["2026-01-01"] == 75
    assert bars.keys() == {"dev", "users"}
    hatched = {tuple(trace["marker"]["pattern"]["shape"]) for trace in figure["data"]}
    assert hatched == {("", "", "/")}
    assert figure["layout"]["barmode"] == "stack"
    assert LEGEND["hatched"] in page.text
    assert page.rows(TITLE)["January 2026"] == ["75 % (3)", "25 % (1)", ""]
    assert page.rows(TITLE)["February 2026"] == ["100 % (1)", "0 % (0)", "chat"]


def with_rows(where, top, *rows):
    """The page of birds with these rows alone: source, month, messages, state."""
    values = ", ".join(f"('birds', '{s}', date '{m}', {n}, {n}, {n}, {n}, '{state}')" for s, m, n, state in rows)
    columns = "community, source, month, postings, people, only_here, first_here, state"
    insert = f"insert into published.by_source ({columns}) values {values}"
    return Page(render(altered(where, top, "delete from published.by_source", insert), of_community.page, "birds"))


@pytest.mark.long
def test_r12_a_month_that_nobody_saw_is_hatched_and_never_zero(where, tmp_path):
    rows = [(source, DECEMBER, number, "observed") for source, number in (("dev", 3), ("users", 1))]
    rows += [(source, JANUARY, "null", "unobserved") for source in ("dev", "users")]
    page = with_rows(lists(where), tmp_path / "other", *rows)
    (nothing,) = [trace for trace in page.figures["channels"]["data"] if trace["meta"] == "unseen"]
    assert dict(zip(nothing["x"], nothing["y"], strict=True)) == {"2025-12-01": None, "2026-01-01": 100}
    assert (nothing["marker"]["pattern"]["shape"], nothing["hovertemplate"]) == ("/", "not observed")
    assert page.rows(TITLE)["January 2026"] == ["not observed", "not observed", "dev and users"]
    for trace in page.figures["channels"]["data"]:
        assert 0 not in trace["y"]
    assert LEGEND["unseen"] in page.text


@pytest.mark.long
def test_a_forum_is_called_one_and_small_lists_stand_together(where, tmp_path):
    built = altered(lists(where), tmp_path / "forum", FORUM)
    rows = [(f"list{n}", DECEMBER, 10 - n, "observed") for n in range(8)]
    page = with_rows(built, tmp_path / "other", ("ask", DECEMBER, 50, "observed"), *rows)
    figure = page.figures["channels"]
    assert [trace["name"] for trace in figure["data"]][-1] == "all others"
    assert sum(trace["y"][0] for trace in figure["data"]) == pytest.approx(100, abs=0.1)
    assert len(figure["data"]) == 7
    assert page.tables[TITLE][0][:3] == ["Month", "ask (forum)", "list0"]


FORUM = "insert into raw.sources by name select 'birds' as community, 'ask' as source, 'askbot' as kind"


@pytest.mark.long
def test_with_one_list_alone_there_is_nothing_to_share(where, tmp_path):
    page = with_rows(lists(where), tmp_path / "other", ("dev", DECEMBER, 3, "observed"))
    assert "channels" not in page.figures


@pytest.mark.long
def test_a_list_that_is_shown_only_is_a_line_of_its_own_and_enters_no_number(where):
    dev = mailing_list("dev")
    ko = mailing_list("ko", language="ko", audience="users")
    for source, mails in (
        (dev, [mail("d", "02 Dec 2025")]),
        (ko, [mail(f"k{n}", f"0{n} Dec 2025") for n in (1, 2, 3)]),
    ):
        land_index(where, source, {DECEMBER: len(mails)})
        land_month(where, source, DECEMBER, *mails)
    build_database(where, [community("birds", dev, ko)], TODAY)
    assert ask(where, "select value from metrics.monthly where metric = 'messages' and value > 0") == [(1,)]
    page = Page(render(where, of_community.page, "birds"))
    lines = {trace["name"]: trace["y"] for trace in page.figures["by-source"]["data"] if trace.get("name")}
    assert lines["ko"][0] == 3
    assert "The list ko is shown here alone: it enters no metric." in page.text
    assert "channels" not in page.figures


@pytest.mark.parametrize(("alone", "drawn"), [("", "abcdef"), ("bh", "acdebh"), ("cdefghi", "cdefghi")])
def test_lists_that_are_shown_only_are_drawn_beside_the_largest(alone, drawn):
    rows = [{"shown_only": name in alone} for name in "abcdefghi"]
    assert channels._drawn(rows, list("abcdefghi")) == list(drawn)
