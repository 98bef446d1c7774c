"""In which month a message counts, and how often, through all rooms.

The names of the tests carry the number of the complaint.
"""

import pytest
from support.builders import community
from support.postings import DECEMBER, JANUARY, TODAY, land_index, land_month, mail, mailing_list, monthly
from support.tables_on_demand import ask, build_tables

CLAIMED = [
    ("Wed, 31 Dec 2025 23:30:00 -0500", JANUARY, "date"),
    ("Thu, 01 Jan 2026 00:30:00 +0500", DECEMBER, "date"),
    ("Thu, 01 Jan 491972 12:00:00 +0000", DECEMBER, "arrived"),
    ("Thu, 01 Jan 1970 00:00:00 +0000", DECEMBER, "arrived"),
    ("31 Dec 2025 25:99:00 -0500", DECEMBER, "arrived"),
]
"""What the Date header of a message in a file of December says, its month, and by which clock."""


@pytest.mark.long
def test_r04_a_message_of_the_december_file_counts_in_its_utc_month_and_says_by_which_clock(where):
    lists = [mailing_list(f"list{number}") for number in range(len(CLAIMED))]
    for each, (claimed, _, _) in zip(lists, CLAIMED, strict=True):
        land_index(where, each, {DECEMBER: 1})
        land_month(where, each, DECEMBER, mail(each.name, claimed))
    build_tables(where, [community("birds", *lists)], TODAY)
    counted = ask(where, "select month, date_quality, archive_month from core.messages order by source")
    assert counted == [(month, clock, DECEMBER) for _, month, clock in CLAIMED]
    assert [monthly(where, "messages")[month] for month in (DECEMBER, JANUARY)] == [4, 1]
    moved = ask(where, "select other_month from core.reconciliation where month is not null order by source")
    assert moved == [(int(month != DECEMBER),) for _, month, _ in CLAIMED]
    by_file = ask(where, "select messages_archive_month from definitions.messages where month = '2025-12-01'")
    assert by_file == [(5,)]


@pytest.mark.long
def test_r05_one_message_on_three_lists_is_three_postings_one_message_and_one_sender(where):
    lists = [mailing_list(name) for name in ("dev", "users", "announce")]
    for each in lists:
        land_index(where, each, {DECEMBER: 1})
        land_month(where, each, DECEMBER, mail("same", "05 Dec 2025"))
    build_tables(where, [community("birds", *lists)], TODAY)
    assert [monthly(where, m)[DECEMBER] for m in ("postings", "messages", "talk_people", "threads")] == [3, 1, 1, 1]
    assert ask(where, "select postings from core.messages") == [(3,)]
    rows = ask(where, "select first_here, only_here from analysis.by_source where month = '2025-12-01' order by source")
    assert (sum(first for first, _ in rows), sum(only for _, only in rows)) == (1, 0)
