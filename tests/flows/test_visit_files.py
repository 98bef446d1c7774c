"""Closed months of visits are packed: one file a source, and every visit is read as before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter

import pytest
from support.builders import RUN, visited

from pipelines.landing import visit_files
from pipelines.landing.visit_files import pack_visits
from pipelines.landing.visits import log_visit, read_run, read_visits
from pipelines.model import Verdict

NOW = datetime(2026, 11, 28, tzinfo=UTC)
MONTHS = [datetime(2026, month, 3, tzinfo=UTC) for month in range(6, 12)]


def visit_at(moment, unit="birds/wren"):
    return replace(visited(unit, Verdict.OK), seen_at=moment)


@pytest.fixture
def visits(tmp_path):
    for moment in MONTHS:
        log_visit(tmp_path, visit_at(moment))
    return tmp_path


def files(visits):
    return sorted(path.name for path in visits.rglob("*.jsonl"))


def test_closed_months_become_one_file_and_all_is_read_in_its_order(visits):
    before = list(read_visits(visits))
    pack_visits(visits, NOW)
    assert files(visits) == ["2026-06--2026-09.jsonl", "2026-10.jsonl", "2026-11.jsonl"]
    assert list(read_visits(visits)) == before
    assert len(list(read_run(visits, RUN))) == len(MONTHS)
    pack_visits(visits, NOW + timedelta(days=31))
    assert files(visits) == ["2026-06--2026-10.jsonl", "2026-11.jsonl"]
    assert list(read_visits(visits)) == before


def test_what_looks_days_back_reads_no_packed_file(visits, monkeypatch):
    pack_visits(visits, NOW)
    opened = []
    real = visit_files.Path.open
    monkeypatch.setattr(visit_files.Path, "open", lambda path, *a: opened.append(path.name) or real(path, *a))
    assert [visit.seen_at for visit in read_visits(visits, NOW - timedelta(days=30))] == MONTHS[-1:]
    assert opened == ["2026-10.jsonl", "2026-11.jsonl"]


def test_visits_come_source_by_source(visits):
    for name in ("core-old", "core.old"):
        log_visit(visits, replace(visit_at(MONTHS[0]), source=name))
    assert len(list(groupby(read_visits(visits), key=attrgetter("source")))) == 3


def test_a_late_visit_to_a_packed_month_is_kept(visits):
    pack_visits(visits, NOW)
    late = visit_at(MONTHS[1] + timedelta(days=1), "birds/late")
    log_visit(visits, late)
    assert late in list(read_visits(visits))
    assert files(visits) == ["2026-06--2026-09.jsonl", "2026-10.jsonl", "2026-11.jsonl"]


def test_a_crash_between_writing_and_removing_doubles_and_loses_nothing(visits, monkeypatch):
    before = list(read_visits(visits))
    with monkeypatch.context() as crash:
        crash.setattr(visit_files.Path, "unlink", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            pack_visits(visits, NOW)
    assert len(files(visits)) == len(MONTHS) + 1
    assert list(read_visits(visits)) == before
    log_visit(visits, late := visit_at(MONTHS[0] + timedelta(days=1), "birds/late"))
    pack_visits(visits, NOW)
    assert files(visits) == ["2026-06--2026-09.jsonl", "2026-10.jsonl", "2026-11.jsonl"]
    assert sorted(read_visits(visits), key=lambda v: v.seen_at) == sorted([*before, late], key=lambda v: v.seen_at)
