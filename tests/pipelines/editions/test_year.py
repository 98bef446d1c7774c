"""A year of nights with all that happens leaves what was closed as it was."""

import os
from collections import Counter
from datetime import date, timedelta

import pytest
from support.commands import run_here
from support.edition_database import METRICS, months_back, write_rankings
from support.editions import JULY, counts_of, night

from pipelines.editions.store import list_revisions, verify
from pipelines.privacy import key_file


def late_list(last, *, is_read):
    """Counts of a year in which a list of birch was not seen in its first months, until it is read."""
    counts = counts_of(last)
    unseen = [("birch", metric, month) for metric in METRICS for month in months_back(JULY, 6)]
    return counts if is_read else counts | dict.fromkeys(unseen)


NEXT_JULY = date(2027, 7, 1)
HELD = 27
"""Months with a ranking in each database: the quarter a year before the first edition stays within them."""
CORRECTION = ("test-mail", "cedar", "Test commits were counted.", date(2026, 12, 1), date(2026, 7, 3), date(2026, 7, 4))


@pytest.fixture
def key(tmp_path, monkeypatch):
    """The file of a pseudonym key, which the test may rotate."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return key_file.load()


def rotate(top):
    """Make a new key by the command."""
    done = run_here("rotate", "--yes", STACKRANK_DATA=str(top), XDG_CONFIG_HOME=os.environ["XDG_CONFIG_HOME"])
    assert done.returncode == 0, done.stderr


def live_a_year(top):
    """Run two nights a month; a late list is read, a correction is decided, and in the eighth month the key rotates."""
    for passed, last in enumerate(months_back(NEXT_JULY, 12)):
        given = {"corrections": [CORRECTION]} if passed >= 5 else {}
        if passed == 8:
            rotate(top)
        counts = counts_in(passed, last)
        write_rankings(top / "db", last, counts, editions=HELD, inputs="rotated" if passed >= 8 else "i", **given)
        for day in range(2):
            night(top, (last.replace(day=28) + timedelta(days=10)).replace(day=6) + timedelta(days=day))


def counts_in(passed, last):
    counts = late_list(last, is_read=passed >= 2)
    return counts | ({("cedar", "commits", JULY): (80.0, 1.0)} if passed >= 5 else {})


@pytest.mark.long
def test_a_year_of_nights_a_late_list_a_correction_a_rotation_and_a_new_method_leave_closed_files_as_they_were(
    top, key
):
    write_rankings(top / "db", JULY, late_list(JULY, is_read=False))
    night(top, date(2026, 8, 21))
    kept = {path: path.read_bytes() for path in (top / "editions").glob("*/*/1/*")}
    assert Counter(path.parts[-4] for path in kept) == {"2026-07": 17, "CY26-Q2": 13}
    live_a_year(top)
    assert key_file.load().key_id != key.key_id
    constants = METRICS | {"commits": (0.4, 5.0, 150.0, 1.0)}
    write_rankings(top / "db", NEXT_JULY, counts_in(11, NEXT_JULY), editions=HELD, method="pop-1.1", metrics=constants,
                   inputs="rotated", corrections=[CORRECTION])  # fmt: skip
    assert night(top, date(2027, 8, 9)) == [("2027-06@1", "recomputed"), ("2027-07@1", "recomputed")]
    assert {path: path.read_bytes() for path in kept} == kept
    reasons = [(one.period.name, one.reason) for one in list_revisions(top / "editions") if one.month <= JULY]
    assert reasons == [
        ("2026-07", ""), ("CY26-Q2", ""),
        ("CY26-Q2", "6 counts were read at last, of birch"), ("2026-07", "12 counts were read at last, of birch"),
        ("2026-07", "correction test-mail: Test commits were counted; 1 counts have changed, of cedar"),
    ]  # fmt: skip
    assert verify(top / "editions") == []
    for path in [path for path in kept if path.name in ("months.csv", "rankings.parquet")]:
        _change_one_byte(path)
        assert verify(top / "editions") == [
            f"{path.parent.relative_to(top / 'editions')}: {path.name} is missing or was changed"
        ]
        path.write_bytes(kept[path])


def _change_one_byte(path):
    path.chmod(0o600)
    whole = path.read_bytes()
    path.write_bytes(whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:])
