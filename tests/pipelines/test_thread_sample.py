"""The threads of whole real lists, of which many were checked by hand: `threads.csv` has the figures, never a mail.

Runs where the samples lie beside the checkout. `threads`, `answered` and `longest` (messages of people) are what the
build makes of all files of the list. `checked` threads were read by hand, message by message: who, when, subject, ids.
`disputed` is how often a reader would have split or joined otherwise, and `note` says where.
"""

import csv
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from support.crawl import SHARED
from support.lists import land_file
from support.postings import land_index
from support.tables_on_demand import ask, build_tables

from flows.demo.mail import MONTHS
from pipelines.folders import Folders
from pipelines.model import Community, Source

TABLE = Path(__file__).with_name("threads.csv")
LISTS = {
    "divunal-devel": "pipermail/twisted/divunal-devel/*.txt.gz",
    "opendx2-users": "pipermail/berlios-opendx2-users/*.txt*",
    "imagej-devel": "pipermail/imagej/imagej-devel/*.txt.gz",
    "numpy-discussion": "pipermail/bigbang/2001-November.txt",
    "maven-dev": "hyperkitty/made-here-1.3.12/export_2017-*.mbox.gz",
}

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the samples of real archives are not beside this checkout"),
]


def files(pattern):
    return {month_of(path): path for path in sorted(SHARED.glob(pattern))}


def month_of(path):
    found = re.search(r"(\d{4})-(\w+?)\.", path.name)
    return date(int(found[1]), MONTHS.index(found[2]) + 1 if found[2] in MONTHS else int(found[2]), 1)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """One community for each list, with all of its files."""
    top = tmp_path_factory.mktemp("threads")
    where = Folders(top / "data", top / "communities", top / "site")
    known = []
    for name, pattern in LISTS.items():
        held = files(pattern)
        source = Source(name, "list", "pipermail", ("https://lists.example.org/dev/",), min(held), "Invented.")
        land_index(where, source, dict.fromkeys(held), datetime(2018, 2, 20, tzinfo=UTC))
        for month, path in held.items():
            land_file(where, source, month, path)
        known.append(Community(name, name, "https://birds.example.org/", min(held), (source,)))
    build_tables(where, known, date(2018, 2, 20))
    return where


def figures(built, name):
    """What the build says of a list."""
    of = f"where community = '{name}'"
    ((messages,),) = ask(built, f"select count(*) from core.messages {of}")
    ((threads, answered, longest),) = ask(
        built, f"select count(*), count(answered_at), max(messages) from core.threads {of}"
    )
    return {"messages": messages, "threads": threads, "answered": answered, "longest": longest}


def written_down():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["list"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", LISTS)
def test_the_threads_of_a_whole_list_are_those_that_were_checked_by_hand(built, name):
    known = written_down()[name]
    assert {key: str(value) for key, value in figures(built, name).items()} == {
        key: known[key] for key in ("messages", "threads", "answered", "longest")
    }


def test_enough_threads_were_checked_by_hand_and_each_dispute_has_its_note():
    assert written_down().keys() == LISTS.keys()
    for name, row in written_down().items():
        assert int(row["checked"]) <= int(row["threads"])
        assert int(row["checked"]) >= 10 or name == "maven-dev"
        assert int(row["disputed"]) <= int(row["checked"]) // 7
        assert row["note"]
    assert sum(int(row["checked"]) for row in written_down().values()) >= 200


def test_every_message_of_a_list_is_in_one_thread_and_a_thread_begins_with_its_oldest(built):
    rows = ask(built, "select count(*), count(distinct message_key) from core.thread_members group by community")
    assert all(members == messages for members, messages in rows)
    wrong = ask(built, "select * from core.threads join core.messages using (community, thread_key) "
                       "where core.messages.sent_at < started_at")  # fmt: skip
    assert wrong == []
