"""Data folders of machines that share a store become alike, and nothing that was landed is lost."""

import json
import os
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from support.builders import SEEN, land, monthly, source, visit
from support.mirrored import OF, files, one_unit

from pipelines.landing import harvest, set_aside
from pipelines.landing.harvest import Harvest
from pipelines.landing.pages import keep_page, prune_pages
from pipelines.landing.schemas import COUNTS
from pipelines.landing.shared_keys import prefixes_of
from pipelines.landing.store import FolderStore, StoreError
from pipelines.landing.stored import stored_visits
from pipelines.landing.visit_files import pack_visits, visit_files
from pipelines.landing.visits import log_visit, read_visits
from pipelines.model import Verdict
from pipelines.privacy import decisions

NOW = datetime(2026, 3, 21, tzinfo=UTC)


def test_a_second_machine_gets_what_the_first_has_landed(share):
    with share.at("first") as first:
        one_unit(first.where)
        (first.where.clones / "birds").mkdir(parents=True)
        (first.where.clones / "birds" / "one.git").write_bytes(b"never leaves this machine")
        first.mirror.send()
    with share.at("second") as second:
        second.mirror.bring()
    ours, theirs = files(first.where.data), files(second.where.data)
    ours.pop("clones/birds/one.git")
    assert ours == theirs
    assert len(theirs) == 2
    times = [(machine.where.observations / "birds/core/birds/one.parquet").stat().st_mtime_ns
             for machine in (first, second)]  # fmt: skip
    assert times[0] == times[1], "kept core tables are found by it"


def test_what_is_alike_is_neither_read_nor_written_again(share, monkeypatch):
    with share.at("first") as first:
        one_unit(first.where)
        first.mirror.send()
        monkeypatch.setattr(FolderStore, "write", None)
        monkeypatch.setattr(FolderStore, "read", None)
        first.mirror.send()
        first.mirror.bring()


def test_a_file_that_was_lost_comes_back_and_one_that_was_removed_on_purpose_goes_everywhere(share):
    page = visit(source("birds"), "2026-03", checksum="ab" * 32)
    with share.at("first") as first:
        kept = keep_page(first.where.data, page, b"mail")
        first.mirror.send()
    with share.at("second") as second:
        second.mirror.bring()
        (second.where.data / kept.relative_to(first.where.data)).unlink()
        second.mirror.bring()
        assert (second.where.data / kept.relative_to(first.where.data)).read_bytes() == kept.read_bytes()
    with share.at("first") as first:
        assert prune_pages(first.where.data, datetime.now(UTC) + timedelta(days=1)) == 1
        first.mirror.bring()
        assert not kept.exists()
        first.mirror.send_removed()
        first.mirror.bring()
    with share.at("second") as second:
        second.mirror.bring()
        second.mirror.send()
    assert files(second.where.data) == {}
    assert list(share.store.list("pages/")) == []


def test_what_the_store_has_lost_is_sent_again(share):
    with share.at("first") as first:
        one_unit(first.where)
        first.mirror.send()
        for entry in list(share.store.list()):
            share.store.delete(entry.key)
        first.mirror.bring()
        first.mirror.send()
        assert files(share.root / "store") == files(first.where.data)


def test_a_file_damaged_here_comes_back_from_the_store_and_one_damaged_there_goes(share):
    with share.at("first") as first:
        one_unit(first.where)
        first.mirror.send()
        unit = first.where.observations / "birds/core/birds/one.parquet"
        whole = unit.read_bytes()
        unit.write_bytes(whole[:-9])
        set_aside.move(first.where, unit, "it is cut off or damaged")
        first.mirror.send_removed()
        first.mirror.bring()
        assert unit.read_bytes() == whole
        unit.write_bytes(whole[:-9])
        first.mirror.send()
        set_aside.move(first.where, unit, "it is cut off or damaged")
        first.mirror.send_removed()
        first.mirror.bring()
        assert not unit.exists()
        first.mirror.send()
    assert [e.key for e in share.store.list("observations/")] == []
    assert len(list(share.store.list("set-aside/"))) == 3


def test_visits_of_two_machines_to_one_source_are_read_in_their_order(share):
    for minute, name in enumerate(("second", "first", "second")):
        with share.at(name) as machine:
            machine.mirror.bring()
            log_visit(machine.where.visits, visit(OF, "birds/one", Verdict.UNCHANGED, SEEN.replace(minute=minute)))
            machine.mirror.send()
    with share.at("third") as third:
        third.mirror.bring()
    assert len(visit_files(third.where.visits)) == 2
    assert [v.seen_at.minute for v in read_visits(third.where.visits)] == [0, 1, 2]


def test_months_that_are_packed_on_one_machine_are_packed_on_all(share):
    months = [SEEN.replace(year=2025, month=month) for month in (5, 6, 7)]
    with share.at("first") as first:
        for month in months:
            log_visit(first.where.visits, visit(OF, "birds/one", Verdict.UNCHANGED, month))
        first.mirror.send()
    with share.at("second") as second:
        second.mirror.bring()
    with share.at("first") as first:
        pack_visits(first.where.visits, NOW)
        first.mirror.send()
        first.mirror.send_removed()
    with share.at("second") as second:
        second.mirror.bring()
    for where in (first.where, second.where):
        assert [path.name for path in where.visits.rglob("*.jsonl")] == ["2025-05--2025-07.jsonl"]
        assert [v.seen_at for v in read_visits(where.visits)] == months


def counts_of(where, value):
    day = visit(OF, "members-2026-03-20")
    rows = [{"measure": "members", "subject": "", "day": SEEN.date(), "value": value, "basis": "stated"}]
    batch = pa.RecordBatch.from_pylist([dict.fromkeys(COUNTS.names) | one for one in rows], schema=COUNTS)
    harvest.land(where, Harvest(day, 0.0, COUNTS, [batch], []))
    return (where.observations / "birds/core/members-2026-03-20.parquet").read_bytes()


def test_the_counts_of_a_day_are_those_that_came_first(share):
    with share.at("first") as first:
        counts = counts_of(first.where, 1)
        first.mirror.send()
    with share.at("second") as second:
        assert counts_of(second.where, 2) != counts
        second.mirror.send()
    assert files(second.where.observations) == files(first.where.observations)
    assert share.store.read("observations/birds/core/members-2026-03-20.parquet") == counts


def test_of_a_unit_that_two_machines_have_landed_the_later_one_stays(share):
    with share.at("first") as first:
        one_unit(first.where, SEEN)
        first.mirror.send()
        os.utime(share.root / "store/observations/birds/core/birds/one.parquet", (SEEN.timestamp(),) * 2)
    with share.at("second") as second:
        one_unit(second.where, SEEN + timedelta(hours=1), months=4)
        second.mirror.bring()
        second.mirror.send()
    with share.at("first") as first:
        first.mirror.bring()
    assert {v.observations for v in stored_visits(first.where.observations).values()} == {32}


def test_opt_outs_of_all_machines_are_joined(share):
    for number, name in enumerate(("first", "second", "first")):
        with share.at(name) as machine:
            known = {"format": 1, "key": "k1", "since": "2026-03-01"}
            line = json.dumps(known | {"address_key": f"a{number}", "person": f"p{number}"})
            with (machine.where.data / decisions.OPTED_OUT).open("a") as file:
                file.write(f"{line}\n")
            machine.mirror.bring()
            machine.mirror.send()
    assert [one.person for one in decisions.opted_out(machine.where)] == ["p0", "p1", "p2"]


def test_a_damaged_memory_begins_anew_and_a_folder_in_its_place_is_named(share):
    (share.root / "first").mkdir()
    (share.root / "first/store.sqlite").write_bytes(b"no database, but long enough to be taken for one" * 30)
    with share.at("first") as first:
        one_unit(first.where)
        first.mirror.send()
        first.mirror.bring()
    (share.root / "second/store.sqlite").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"second/store\.sqlite: unable to open"), share.at("second"):
        pass


def test_only_the_sources_of_a_lane_are_brought(share):
    with share.at("first") as first:
        one_unit(first.where)
        land(first.where, source("cats"), "cats/one", monthly(1, range(2)))
        first.mirror.send()
    with share.at("second") as second:
        second.mirror.bring(prefixes_of([OF]))
    assert {unit for _, _, unit in stored_visits(second.where.observations)} == {"birds/one"}
