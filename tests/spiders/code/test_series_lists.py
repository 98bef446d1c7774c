"""The reader of lists of series: what it reads, and what it refuses as no such list."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.series import LAUGHS, LIST, MERGES

from pipelines.landing.schemas import SERIES
from spiders.code.series_status import series


def test_a_list_is_read_as_it_stands():
    assert series(LIST).to_pylist() == [
        {"name": "wren", "release_id": "2026.10", "status": "future", "initial_release": date(2026, 9, 30),
         "end_of_life": None},
        {"name": "tern", "release_id": None, "status": "development", "initial_release": date(2026, 3, 18),
         "end_of_life": None},
        {"name": "swift", "release_id": "2025.2", "status": "maintained", "initial_release": date(2025, 10, 1),
         "end_of_life": None},
        {"name": "robin", "release_id": None, "status": "end of life", "initial_release": date(2025, 4, 2),
         "end_of_life": date(2025, 12, 24)},
    ]  # fmt: skip
    assert series(LIST).schema.equals(SERIES)
    assert series(b"[{name: owl, status: future}]").column("initial_release").to_pylist() == [None]


NO_LISTS = {
    "empty": (b"", "no list of series"),
    "blank": (b" \n\n", "no list of series"),
    "nothing in it": (b"[]", "no list of series"),
    "text": (b"Please log in.", "no list of series"),
    "mapping": (b"message: Not Found", "no list of series"),
    "page": (b"\n <!DOCTYPE html><title>Sign in</title>", "a web page came instead"),
    "not YAML": (b"- name: [", "not YAML"),
    "tab": (b"\t- name: a", "not YAML"),
    "zero bytes": (b"\0" * 50, "not YAML"),
    "no UTF-8": (b"- name: \xe9\xe8\n  status: x", "not YAML"),
    "two documents": (LIST + LIST, "not YAML"),
    "texts": (b"- wren\n- tern", "series 1 of the list is no mapping"),
    "no name": (b"- {status: future}", "series 1 of the list: name: missing"),
    "no status": (b"- {name: a, status: b}\n- {name: c}", "series 2 of the list: status: missing"),
    "name as list": (b"- {name: [a], status: b}", "name: missing, or not a few plain words"),
    "address as name": (b"- {name: jane@example.org, status: b}", "name: missing, or not"),
    "markup as name": (b"- {name: <b>a</b>, status: b}", "name: missing, or not"),
    "long name": (b"- {name: " + b"9" * 100_000 + b", status: b}", "name: missing, or not"),
    "huge number": (b"- {name: a, status: b, release-id: " + b"9" * 100_000 + b"}", "release-id: missing, or not"),
    "empty number": (b"- {name: a, status: b, release-id: }", "release-id: missing, or not"),
    "twice": (LIST + b"- {name: wren, status: b}", "stands in the list twice"),
    "no such day": (LIST.replace(b"2026-09-30", b"2026-09-31"), "initial-release: there is no day 2026-09-31"),
    "year 0": (LIST.replace(b"2026-09-30", b"0000-01-01"), "initial-release: there is no day 0000-01-01"),
    "year 10000": (LIST.replace(b"2026-09-30", b"10000-01-01"), "initial-release: not a date"),
    "other days": (LIST.replace(b"2026-09-30", b"2026-W40-3"), "initial-release: not a date"),
    "no date": (LIST.replace(b"2025-12-24", b"soon"), "series 4 of the list: eol-date: not a date"),
    "laughs": (LAUGHS, "nested too deeply, or has references"),
    "merges": (MERGES, "nested too deeply, or has references"),
    "into itself": (b"&a [*a]", "nested too deeply, or has references"),
    "deep": (b"[" * 100_000, "nested too deeply, or has references"),
    "deep blocks": (b"- " * 100_000 + b"a", "nested too deeply, or has references"),
    "command": (b"- !!python/object/apply:os.system [exit]", "series 1 of the list is no mapping"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "reason"), NO_LISTS.values(), ids=NO_LISTS)
def test_what_is_no_list_of_series_is_refused(page, reason):
    with pytest.raises(ValueError, match=r"^(the |a |series ).*$") as refused:
        series(page)
    assert reason in str(refused.value)
    assert len(str(refused.value)) < 100


@given(st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(LIST.split(b"\n")), max_size=12).map(b"\n".join)))
def test_any_page_is_a_list_or_refused(page):
    try:
        rows = series(page)
    except ValueError:
        return
    assert rows.num_rows > 0
    assert None not in rows.column("name").to_pylist() + rows.column("status").to_pylist()
