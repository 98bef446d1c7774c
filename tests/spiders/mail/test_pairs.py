"""The same lists and months from three archive systems: the same messages, people, threads and answers from each."""

from datetime import date

import pytest
from support.crawl import SHARED
from support.lists import block, land_file
from support.postings import land_index
from support.tables_on_demand import ask, build_tables
from support.walk import crawl

from flows.demo import mail
from flows.demo.archives import Archives, MailingList
from flows.demo.server import serve
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import Folders
from pipelines.model import Community, Source

APRIL, MAY, JUNE, JULY = (date(2013, month, 1) for month in (4, 5, 6, 7))
MONTHS = {APRIL: 60, MAY: 90, JUNE: 30, JULY: 5}
LISTS = ("dev", "users")
PLACES = {
    "pipermail": "/two.example.org/pipermail/{name}/",
    "hyperkitty": "/three.example.org/archives/list/{name}@lists.example.org/",
    "ponymail": "/pony.example.org/api/",
}
METRICS = ("messages", "postings", "talk_people", "new_talk_people", "threads", "threads_replied", "reply_people",
           "participation_ratio", "time_to_first_response", "bot_messages")  # fmt: skip


def served(kind):
    """Both lists as one system serves them: the same addresses, so the same invented mail."""
    return [
        MailingList(kind, PLACES[kind].format(name=name), f"{name}@lists.example.org", MONTHS, "birds")
        for name in LISTS
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """One community for each system, collected over HTTP by its real spider and built."""
    top = tmp_path_factory.mktemp("pairs")
    where = Folders(top / "data", top / "communities", top / "site")
    where.communities.mkdir()
    with serve(top / "none") as server:
        server.archives = Archives([one for kind in PLACES for one in served(kind)])
        for kind in PLACES:
            head = f'name = "{kind}"\nhomepage = "https://birds.example.org/"\nborn = 2010-01-01\n\n'
            sources = [block(one, server.base_url, one.name, APRIL, "until = 2013-07-31") for one in served(kind)]
            (where.communities / f"{kind}.toml").write_text(head + "".join(sources))
        crawl(where, tuple(PLACES))
        assert server.complaints == []
    build_tables(where, load_catalogue(where.communities), date(2013, 9, 20))
    return where


def of(built, kind, sql):
    return ask(built, sql.replace("$kind", f"'{kind}'"))


@pytest.mark.long
def test_r23_three_systems_give_the_same_month_the_same_numbers(built):
    columns = f"metric in {METRICS} and month between '2013-04-01' and '2013-07-01'"
    told = {
        kind: of(
            built,
            kind,
            f"select metric, month, value, state from metrics.monthly where community = $kind and {columns} "
            "order by all",
        )
        for kind in PLACES
    }
    first, *others = told.values()
    assert others == [first, first]
    assert len(first) == len(METRICS) * len(MONTHS)
    assert {state for _, _, _, state in first} <= {"observed", "undefined", "not_applicable"}
    known = {(metric, month): value for metric, month, value, _ in first}
    for month, each in MONTHS.items():
        there = [message for one in served("pipermail") for message in mail.messages(one, month)]
        assert known["messages", month] == len({m.message_id for m in there}) == each * len(LISTS)
        assert known["talk_people", month] == len({m.name for m in there})
        assert known["threads", month] == sum(m.answers is None for m in there)
        assert 0 < known["threads_replied", month] < known["threads", month]


@pytest.mark.long
def test_each_message_has_the_same_keys_the_same_thread_and_the_same_sender_in_all_of_them(built):
    columns = "message_key, thread_key, sender_key, sent_at, month, subject_key, is_reply, in_reply_to_key, class"
    told = [
        of(built, kind, f"select {columns} from core.messages where community = $kind order by all") for kind in PLACES
    ]
    assert told[0] == told[1] == told[2]
    assert len(told[0]) == sum(MONTHS.values()) * len(LISTS)
    columns = "thread_key, source, started_at, starter_key, whole, messages, people, answered_at, last_at"
    told = [
        of(built, kind, f"select {columns} from core.threads where community = $kind order by all") for kind in PLACES
    ]
    assert told[0] == told[1] == told[2]
    assert max(messages for _, _, _, _, _, messages, *_ in told[0]) > 3


# ---- one real month, as three systems gave it -------------------------------------------------------------------

REAL = {
    "mod_mbox": "mod_mbox/maven-dev-2017-12-mailarchivesao.mbox",
    "ponymail": "ponymail/maven-dev-2017-12-listsao.mbox",
    "hyperkitty": "hyperkitty/made-here-1.3.12/export_2017-12.mbox.gz",
}
COUNTED = ("messages", "postings", "talk_people", "new_talk_people", "threads", "threads_replied", "reply_people",
           "bot_messages")  # fmt: skip
DECEMBER = date(2017, 12, 1)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """One community for each system, with the month as it was served there."""
    if not SHARED.is_dir():
        pytest.skip(f"no samples of real archives in {SHARED}")
    top = tmp_path_factory.mktemp("real")
    where = Folders(top / "data", top / "communities", top / "site")
    sources = [
        Source(system, "dev", "hyperkitty", ("https://lists.example.org/dev/",), DECEMBER, "Invented.")
        for system in REAL
    ]
    for source, file in zip(sources, REAL.values(), strict=True):
        land_index(where, source, {DECEMBER: None})
        land_file(where, source, DECEMBER, SHARED / file)
    communities_ = [Community(s.community, s.community, "https://birds.example.org/", DECEMBER, (s,)) for s in sources]
    build_tables(where, communities_, date(2018, 2, 20))
    return where


@pytest.mark.long
def test_a_real_month_has_the_same_messages_people_and_threads_in_three_systems(real):
    """Pony Mail gave one message twice; what HyperKitty rebuilt has no References, and a Date of its own for five."""
    columns = "message_key, thread_key, sender_key, subject_key, is_reply, class"
    told = [
        of(real, kind, f"select {columns} from core.messages where community = $kind order by all") for kind in REAL
    ]
    assert told[0] == told[1] == told[2]
    columns = "thread_key, starter_key, is_human, whole, messages, people, answered_at is not null"
    told = [of(real, kind, f"select {columns} from core.threads where community = $kind order by all") for kind in REAL]
    assert told[0] == told[1] == told[2]
    rows = ask(real, "select metric, value, count(*) from metrics.monthly where month = '2017-12-01' "
                     f"and metric in {COUNTED} group by all order by all")  # fmt: skip
    assert rows == [
        ("bot_messages", 51, 3), ("messages", 170, 3), ("new_talk_people", None, 3), ("postings", 221, 3),
        ("reply_people", 17, 3), ("talk_people", 24, 3), ("threads", 37, 3), ("threads_replied", 21, 3),
    ]  # fmt: skip
