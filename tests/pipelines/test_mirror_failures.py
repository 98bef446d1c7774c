"""What was landed stays where the store, a process or the key of a machine fails."""

from datetime import UTC, datetime

import pytest
from support.builders import source
from support.mirrored import OF, files, one_unit

from pipelines.landing.shared_keys import prefixes_of
from pipelines.landing.store import StoreError, WrongKeyError
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
