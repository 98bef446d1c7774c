"""Every form of local mailbox is read whole, with the same messages in each."""

from collections import Counter
from datetime import date

import pyarrow.parquet as pq
import pytest
from support.crawl import KEYED
from support.mail_boxes import BOXES
from support.mail_lists import OK, UNCHANGED
from support.mail_nights import held, visit_to

from pipelines.landing.stored import stored_visits


@pytest.mark.long
@pytest.mark.parametrize("name", BOXES)
def test_every_form_of_mailbox_is_read_whole(nights, name):
    verdict, count, told = BOXES[name]
    visit = visit_to(nights, 0, name, name)
    assert (str(visit.verdict), visit.observations) == (verdict, count)
    assert told in (visit.note if verdict == OK else visit.reason)
    assert bool(told) == bool(visit.note + visit.reason)
    assert str(nights[0].communities.parent) not in visit.url + visit.reason + visit.note
    again = visit_to(nights, 1, name, name)
    assert (str(again.verdict), again.observations) == (UNCHANGED if verdict == OK else verdict, count)


@pytest.mark.long
def test_mail_of_one_box_is_the_same_in_every_form(nights):
    def ids(name):
        table = pq.read_table(nights[0].observations / "birds" / name / f"{name}.parquet")
        return [key for key in table["message_id_key"].to_pylist() if key]

    letters = [KEYED.key("message id", f"box.{number}@example.org".encode()) for number in range(3)]
    for name in ("plain", "packed", "xz", "zst", "mh"):
        assert ids(name) == letters, name
    assert sorted(ids("maildir")) == sorted(letters)
    found = pq.read_table(nights[0].observations / "birds/folder/folder.parquet").to_pylist()
    assert Counter(row["archive_month"] for row in found) == {None: 6, date(2018, 6, 1): 5}
    assert {row["sent_at"].date() for row in found if row["archive_month"] is None} == {date(2024, 5, 3)}


@pytest.mark.long
def test_a_message_in_a_file_of_its_own_says_nothing_of_when_it_came(nights):
    for name in ("maildir", "mh"):
        table = pq.read_table(nights[0].observations / "birds" / name / f"{name}.parquet")
        assert set(table["arrived_at"].to_pylist()) == {None}


@pytest.mark.long
def test_a_mailbox_that_was_obtained_by_hand_lands_without_a_url_in_the_catalogue(reread):
    assert held(reread, "by-hand") == {"packed": 3}
    visit = stored_visits(reread[0].observations)["birds", "by-hand", "packed"]
    assert visit.url == "file://localhost/packed"
    _, good, cut = reread[3]
    assert (good.returncode, good.stdout) == (0, "1 fetched, 0 failed\n")
    assert (cut.returncode, cut.stdout) == (4, "0 fetched, 1 failed\n")
    assert "birds/by-hand: cut: failed: the reading stopped: the gzip stream ends early" in cut.stderr
