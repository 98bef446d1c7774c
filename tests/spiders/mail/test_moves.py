"""The two great moves of the founding lists, from the archives' pages to the metrics: no jump, no dip, nothing twice.

In 2018 four lists of OpenStack were folded into one, which for a fortnight had copies of what was sent to them. In
2013 CloudStack's lists went from the incubator's addresses to its own. Both are tried with invented mail.
"""

from datetime import date

import pytest
from support.lists import block
from support.tables_on_demand import ask, build_tables
from support.walk import crawl

from flows.demo import mail
from flows.demo.archives import Archives
from flows.demo.mail import Copies, MailingList
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders

OCTOBER, NOVEMBER, DECEMBER, JANUARY = date(2018, 10, 1), date(2018, 11, 1), date(2018, 12, 1), date(2019, 1, 1)
OPENED, CLOSED = date(2018, 11, 19), date(2018, 12, 3)
FEBRUARY, MARCH, APRIL = date(2013, 2, 1), date(2013, 3, 1), date(2013, 4, 1)
GRADUATED = date(2013, 3, 20)


def pipermail(name, months):
    return MailingList("pipermail", f"/lists.example.org/pipermail/{name}/", f"{name}@lists.example.org", months)


def pony(address, months):
    return MailingList("ponymail", "/lists.example.net/api/", address, months)


OLD = {name: pipermail(name, {OCTOBER: many, NOVEMBER: many, DECEMBER: 0})
       for name, many in (("general", 40), ("dev", 160), ("operators", 30), ("sigs", 10))}  # fmt: skip
DISCUSS = MailingList(
    "hyperkitty", "/lists.example.org/archives/list/discuss@lists.example.org/", "discuss@lists.example.org",
    {NOVEMBER: 0, DECEMBER: 240, JANUARY: 240}, copies=tuple(Copies(old, OPENED, CLOSED) for old in OLD.values()),
)  # fmt: skip
INCUBATOR = pony("birds-dev@incubator.example.net", {FEBRUARY: 90, MARCH: 90})
OWN = pony("dev@birds.example.net", {MARCH: 0, APRIL: 90})
OWN = MailingList(OWN.kind, OWN.url, OWN.address, OWN.months, copies=(Copies(INCUBATOR, GRADUATED, APRIL),))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Both communities, collected over HTTP by the real spiders and built."""
    top = tmp_path_factory.mktemp("moves")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    with serve(top / "none") as server:
        head = 'name = "{}"\nhomepage = "https://birds.example.org/"\nborn = 2010-01-01\n\n'
        moved = f'until = {CLOSED}\ncontinued_by = "folded/discuss"'
        (where.communities / "folded.toml").write_text(head.format("Folded") + "".join([
            *(block(one, server.base_url, name, OCTOBER, moved) for name, one in OLD.items()),
            block(DISCUSS, server.base_url, "discuss", OPENED, 'continues = "folded/dev"'),
        ]))  # fmt: skip
        (where.communities / "grown.toml").write_text(head.format("Grown") + "".join([
            block(INCUBATOR, server.base_url, "incubator", FEBRUARY, 'until = 2013-04-30\ncontinued_by = "grown/dev"'),
            block(OWN, server.base_url, "dev", GRADUATED, 'continues = "grown/incubator"'),
        ]))  # fmt: skip
        server.archives = Archives([*OLD.values(), DISCUSS, INCUBATOR, OWN])
        crawl(where, ("pipermail", "hyperkitty", "ponymail"))
        assert server.complaints == []
    build_tables(where, load_catalogue(where.communities), date(2019, 2, 20))
    return where


def of_month(built, metric, community, *months):
    days = ", ".join(f"'{month}'" for month in months)
    asked = f"community = '{community}' and metric = '{metric}' and month in ({days})"
    rows = ask(built, f"select value, state from metrics.monthly where {asked} order by month")
    assert {state for _, state in rows} == {"observed"}
    return [value for value, _ in rows]


def invented(*lists):
    """The messages of lists as they were invented, each once: by id."""
    return {m.message_id: m for one in lists for month in one.months for m in mail.messages(one, month)}


@pytest.mark.long
def test_r23_four_lists_that_became_one_show_no_jump_and_no_dip(built):
    months = (OCTOBER, NOVEMBER, DECEMBER, JANUARY)
    assert of_month(built, "messages", "folded", *months) == [240, 240, 240, 240]
    assert len(invented(*OLD.values(), DISCUSS)) == 960
    told = as_invented(built, "folded", months, *OLD.values(), DISCUSS)
    assert max(told["talk_people"]) <= 1.5 * min(told["talk_people"])
    assert max(told["threads"]) <= 1.5 * min(told["threads"])


def as_invented(built, community, months, *lists):
    """What is counted of each month, which must be what the invented messages alone say, each once."""
    known = invented(*lists)
    expected = {
        "messages": [sum(of(m) == month for m in known.values()) for month in months],
        "talk_people": [len({m.name for m in known.values() if of(m) == month}) for month in months],
        "threads": [sum(of(m) == month for m in known.values() if m.answers is None) for month in months],
        "threads_replied": [len(answered(known, month)) for month in months],
    }
    assert {metric: of_month(built, metric, community, *months) for metric in expected} == expected
    return expected


def of(message):
    """The month in which a message was sent."""
    return message.sent.date().replace(day=1)


def root(known, message):
    """The message that began the thread: all invented ones name what they answer."""
    return message if message.answers is None else root(known, known[message.answers])


def answered(known, month):
    """The threads that began in the month and in which another person wrote."""
    begun = {m.message_id: root(known, m) for m in known.values()}
    others = [begun[m.message_id] for m in known.values() if m.name != begun[m.message_id].name]
    return {first.message_id for first in others if of(first) == month}


@pytest.mark.long
def test_r23_the_fortnight_of_copies_is_in_the_raw_view_only(built):
    copied = sum(copies.holds(m) for copies in DISCUSS.copies for m in mail.messages(copies.of, NOVEMBER))
    assert copied > 80
    assert of_month(built, "postings", "folded", NOVEMBER) == [240 + copied]
    rows = ask(built, "select source, postings, only_here from analysis.by_source "
                      "where community = 'folded' and month = '2018-11-01'")  # fmt: skip
    assert {source: postings for source, postings, _ in rows} == {
        "general": 40, "dev": 160, "operators": 30, "sigs": 10, "discuss": copied
    }  # fmt: skip
    assert sum(only_here for _, _, only_here in rows) == 240 - copied
    states = dict(ask(built, "select state, count(*) from core.reconciliation group by all"))
    assert states.keys() == {"equal", "no total"}, (
        "of months of the new archive there is no total, of the list there is"
    )


@pytest.mark.long
def test_r23_the_lists_of_the_incubator_go_on_without_a_jump(built):
    assert of_month(built, "messages", "grown", FEBRUARY, MARCH, APRIL) == [90, 90, 90]
    told = as_invented(built, "grown", (FEBRUARY, MARCH, APRIL), INCUBATOR, OWN)
    assert max(told["talk_people"]) <= 1.5 * min(told["talk_people"])
    assert max(told["threads"]) <= 1.5 * min(told["threads"])
    assert of_month(built, "postings", "grown", MARCH)[0] > 120


def test_r23_each_move_is_a_break_with_its_month(built):
    moves = ask(built, "select month, from_source, to_source, action from core.moves order by all")
    assert moves == [
        (MARCH, "incubator", "dev", "stitch"),
        *((NOVEMBER, old, "discuss", "stitch") for old in sorted(OLD)),
    ]


def test_r23_the_same_people_are_new_once(built):
    newcomers = ask(built, "select community, sum(value) from metrics.new_talk_people group by all order by all")
    people = ask(built, "select community, count(distinct sender_key) from core.messages group by all order by all")
    assert newcomers == people
    for community, lists in (("folded", (*OLD.values(), DISCUSS)), ("grown", (INCUBATOR, OWN))):
        assert (community, len({m.name for m in invented(*lists).values()})) in people


def test_r23_a_thread_that_a_move_spread_over_lists_is_one_thread(built):
    """Some of the copied messages are answered on the old list and stand on both: no thread is split, none doubled."""
    rows = ask(built, "select community, count(distinct thread_key), count(*), sum(messages) from core.threads "
                      "group by all order by all")  # fmt: skip
    for (community, keys, threads, messages), lists in zip(
        rows, ((*OLD.values(), DISCUSS), (INCUBATOR, OWN)), strict=True
    ):
        known = invented(*lists)
        assert keys == threads == sum(m.answers is None for m in known.values()), community
        assert messages == len(known)
    spread = ask(built, "select count(*) from (select thread_key from core.postings "
                        "join core.thread_members using (community, message_key) "
                        "group by thread_key having count(distinct source) > 1)")  # fmt: skip
    assert spread[0][0] > 20
