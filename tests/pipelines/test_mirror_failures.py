"""What was landed stays where the store, a process or the key of a machine fails."""

from datetime import UTC, datetime, timedelta

import pytest
from support.builders import SEEN, source
from support.mirrored import OF, files, one_unit

from pipelines.landing import set_aside
from pipelines.landing.held import Row
from pipelines.landing.shared_keys import prefixes_of
from pipelines.landing.store import StoreError, WrongKeyError
from pipelines.landing.stored import stored_visits
from pipelines.privacy import decisions

OTHER_KEY = "6f" * 32
NOW = datetime(2026, 3, 21, tzinfo=UTC)


def test_a_unit_waits_in_the_folder_while_the_store_fails(share):
    with share.at("first") as first:
        one_unit(first.where)
        (share.root / "store").write_text("no folder")
        with pytest.raises(StoreError, match=r"store: cannot write observations/birds/core/birds/one\.parquet"):
            first.mirror.send()
        (share.root / "store").unlink()
        first.mirror.send(prefixes_of([source("cats")]))
        assert files(share.root / "store") == files(first.where.data), "it goes with whatever is sent next"


def test_what_a_killed_process_has_landed_goes_with_the_next_lane_of_its_machine(share):
    with share.at("first") as first:
        first.mirror.bring(prefixes_of([OF]))
        one_unit(first.where)
    with share.at("first") as again:
        again.mirror.send(prefixes_of([source("cats")]))
    assert files(share.root / "store") == files(first.where.data)


def test_a_machine_with_another_key_is_refused_and_a_rotated_key_is_followed(share, monkeypatch):
    with share.at("first") as first:
        first.mirror.check_key()
        first.mirror.check_key()
    monkeypatch.setenv("STACKRANK_KEY", OTHER_KEY)
    with share.at("second") as second, pytest.raises(WrongKeyError, match="give it that key: in STACKRANK_KEY"):
        second.mirror.check_key()
    with share.at("first") as first:
        (theirs,) = (share.store.read("key-id"),)
        decisions.record_key_rotation(first.where, theirs.decode(), NOW.date())
        first.mirror.check_key()
        assert share.store.read("key-id") != theirs
    monkeypatch.delenv("STACKRANK_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(share.root / "config"))
    with share.at("second") as second, pytest.raises(WrongKeyError, match="this machine has no key"):
        second.mirror.check_key()


def test_a_damaged_list_of_what_was_removed_stops_no_run(share, caplog):
    share.store.write("removed/2026-01-01T000000-1.jsonl", b'{"key": "visits/a"}\n[]\n{"key": "x", "etag": "1"}\nno')
    with share.at("first") as first:
        first.mirror.bring()
        assert first.mirror.held.is_buried(Row("x", "1", ""))
    assert caplog.text.count("a line of removed/2026-01-01T000000-1.jsonl in the store cannot be used") == 3


@pytest.mark.parametrize("is_late", [False, True])
def test_of_two_harvests_of_a_unit_the_later_visit_stays_whenever_the_store_received_it(share, is_late):
    with share.at("first") as first:
        one_unit(first.where, SEEN + timedelta(hours=is_late * 2))
        first.mirror.send()
    with share.at("second") as second:
        one_unit(second.where, SEEN + timedelta(hours=1), months=4)
        second.mirror.bring()
        (kept,) = stored_visits(second.where.observations).values()
    assert kept.seen_at == SEEN + timedelta(hours=2 if is_late else 1)


def test_a_clone_that_was_set_aside_stays_on_its_machine(share, monkeypatch):
    with share.at("first") as first:
        clone = first.where.clones / "birds/core/one.git"
        (clone / "objects").mkdir(parents=True)
        (clone / "objects/pack").write_bytes(b"large")
        set_aside.move(first.where, clone, "it cannot be read")
        assert first.mirror.held.noted() == [], "nothing of it was ever in the store"
        first.mirror.send()
    assert [entry.key for entry in share.store.list()] == ["set-aside/list.jsonl"]


def test_what_another_lane_of_the_machine_still_writes_is_left_to_it(share):
    other = prefixes_of([OF])
    with share.at("first") as first:
        first.mirror.bring(other)
        one_unit(first.where)
        first.mirror.send(prefixes_of([source("cats")]), other)
        assert list(share.store.list()) == []
        first.mirror.send(prefixes_of([source("dogs")]))
    assert files(share.root / "store") == files(first.where.data), "a lane that has ended or died leaves it to the next"
