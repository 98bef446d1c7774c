"""Editions: closed rankings never change, revisions say why, and a change of a score splits exactly."""

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.edition_database import METRICS, edition_from, months_back, write_rankings

from pipelines.editions.closing import close_by_hand, close_due
from pipelines.editions.contents import NoEditionError, compute_edition
from pipelines.editions.differences import compare_editions
from pipelines.editions.names import find_edition, parse_name
from pipelines.editions.store import DamagedLedgerError, list_revisions, read_edition, verify

JULY = date(2026, 7, 1)


def counts_of(last=JULY, months=60, **changed):
    """Counts of two communities, the same in every month; `changed` multiplies those of one community."""
    size = {"birch": 120, "cedar": 60}
    share = {"commits": 1.0, "code_people": 0.2}
    return {
        (c, metric, month): (size[c] * share[metric] * changed.get(c, 1), 1.0)
        for c in size for metric in METRICS for month in months_back(last, months)
    }  # fmt: skip


def night(top, day, *, is_whole=True, is_good=True):
    at = datetime(day.year, day.month, day.day, 3, tzinfo=UTC)
    closed = close_due(top / "db", top / "editions", at, is_whole=is_whole, is_good=is_good)
    return [(f"{one.month:%Y-%m}@{one.revision}", one.kind) for one in closed]


@pytest.fixture(scope="module")
def july(tmp_path_factory):
    """A database whose last month is July."""
    top = tmp_path_factory.mktemp("july")
    write_rankings(top / "db", JULY, counts_of())
    return top


@pytest.fixture(scope="module")
def closed_july(july, tmp_path_factory):
    """The same after the night of 21 August, which closed July."""
    top = shutil.copytree(july, tmp_path_factory.mktemp("closed") / "july")
    assert night(top, date(2026, 8, 21)) == [("2026-07@1", "recomputed")]
    return top


@pytest.fixture
def top(july, tmp_path):
    return shutil.copytree(july, tmp_path / "july")


@pytest.fixture
def closed(closed_july, tmp_path):
    return shutil.copytree(closed_july, tmp_path / "july")


def test_nothing_closes_before_the_first_load_is_complete(top):
    assert night(top, date(2026, 8, 20), is_whole=False) == []
    assert night(top, date(2026, 8, 21)) == [("2026-07@1", "recomputed")]
    assert night(top, date(2026, 8, 22)) == []


def test_a_month_after_the_first_night_is_published_at_the_first_good_night_or_on_the_fifteenth(closed):
    write_rankings(closed / "db", date(2026, 8, 1), counts_of(date(2026, 8, 1)))
    assert night(closed, date(2026, 9, 6), is_good=False) == []
    assert night(closed, date(2026, 9, 14), is_good=False) == []
    assert night(closed, date(2026, 9, 15), is_good=False) == [("2026-08@1", "published")]


def test_months_that_no_night_closed_close_later_each_one(closed):
    write_rankings(closed / "db", date(2026, 10, 1), counts_of(date(2026, 10, 1)))
    assert [name for name, _ in night(closed, date(2026, 11, 8))] == ["2026-08@1", "2026-09@1", "2026-10@1"]


def late_list(last, *, is_read):
    """Counts of a year in which a list of birch was not seen in its first months, until it is read."""
    counts = counts_of(last)
    unseen = [("birch", metric, month) for metric in METRICS for month in months_back(JULY, 6)]
    return counts if is_read else counts | dict.fromkeys(unseen)


CORRECTION = ("test-mail", "cedar", "Test commits were counted.", date(2026, 12, 1), date(2026, 7, 3), date(2026, 7, 4))


@pytest.mark.long
def test_a_year_of_nights_a_late_list_a_correction_a_new_method_and_a_rotation_leave_closed_files_as_they_were(top):
    write_rankings(top / "db", JULY, late_list(JULY, is_read=False))
    night(top, date(2026, 8, 21))
    kept = {path: path.read_bytes() for path in (top / "editions").rglob("2026-07/*/1/*")}
    assert len(kept) == 17
    for passed, last in enumerate(months_back(date(2027, 7, 1), 12)):
        counts = late_list(last, is_read=passed >= 2)
        counts |= {("cedar", "commits", JULY): (80.0, 1.0)} if passed >= 5 else {}
        given = {"corrections": [CORRECTION]} if passed >= 5 else {}
        write_rankings(top / "db", last, counts, inputs="rotated" if passed >= 8 else "i", **given)
        for day in range(2):
            night(top, (last.replace(day=28) + timedelta(days=10)).replace(day=6) + timedelta(days=day))
    write_rankings(top / "db", last, counts, method="pop-1.1", inputs="rotated", corrections=[CORRECTION])
    assert night(top, date(2027, 8, 9)) == [("2027-06@1", "recomputed"), ("2027-07@1", "recomputed")]
    assert {path: path.read_bytes() for path in kept} == kept
    july = [one.reason for one in list_revisions(top / "editions") if one.month == JULY]
    assert july == [
        "",
        "12 counts were read at last, of birch",
        "correction test-mail: Test commits were counted; 1 counts have changed, of cedar",
    ]
    assert verify(top / "editions") == []
    path = next(path for path in kept if path.name == "rankings.csv")
    path.chmod(0o600)
    path.write_bytes(kept[path][:-2] + bytes([kept[path][-2] ^ 1]) + kept[path][-1:])
    assert verify(top / "editions") == ["2026-07/pop-1.0/1: rankings.csv is missing or was changed"]


def test_a_list_that_was_read_at_last_revises_an_edition_and_both_stay(top):
    counts = counts_of()
    missing = dict(counts) | dict.fromkeys([("cedar", m, month) for m in METRICS for month in months_back(JULY, 6)])
    write_rankings(top / "db", JULY, missing)
    night(top, date(2026, 8, 21))
    write_rankings(top / "db", date(2026, 8, 1), counts_of(date(2026, 8, 1)))
    assert [name for name, _ in night(top, date(2026, 9, 8))] == ["2026-07@2", "2026-08@1"]
    first, second = [one for one in list_revisions(top / "editions") if one.month == JULY]
    assert second.reason == "12 counts were read at last, of cedar"
    states = [
        {row["community"]: row["state"] for row in read_edition(top / "editions", one).tables["rankings"].to_pylist()}
        for one in (first, second)
    ]
    assert [of["cedar"] for of in states] == ["not observed", "ranked"]


@pytest.mark.parametrize(("since", "named"), [(date(2026, 8, 30), True), (date(2026, 8, 1), False)])
def test_a_correction_of_a_source_revises_what_it_touches_although_no_printed_number_has_changed(top, since, named):
    night(top, date(2026, 8, 21))
    counts = counts_of(date(2026, 8, 1)) | {("cedar", "commits", JULY): (60.01, 1.0)}
    correction = ("test-mail", "cedar", "Two test commits were counted.", since, date(2026, 7, 3), date(2026, 7, 4))
    write_rankings(top / "db", date(2026, 8, 1), counts, corrections=[correction])
    made = [name for name, _ in night(top, date(2026, 9, 8))]
    assert made == (["2026-07@2", "2026-08@1"] if named else ["2026-08@1"])
    if named:
        reason = next(one.reason for one in list_revisions(top / "editions") if one.revision == 2)
        assert reason == "correction test-mail: Two test commits were counted; 1 counts have changed, of cedar"


@pytest.mark.parametrize("file", ["rankings.csv", "months.parquet", "manifest.json"])
def test_one_changed_byte_is_found_and_never_read(closed, file):
    path = closed / "editions/2026-07/pop-1.0/1" / file
    assert verify(closed / "editions") == []
    path.chmod(0o600)
    whole = path.read_bytes()
    path.write_bytes(whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:])
    assert verify(closed / "editions") == [f"2026-07/pop-1.0/1: {file} is missing or was changed"]
    with pytest.raises(NoEditionError, match="not as it was closed"):
        find_edition(closed / "db", closed / "editions", "2026-07")


def test_a_file_too_many_a_folder_too_many_and_a_lost_revision_are_found(closed):
    folder = closed / "editions/2026-07/pop-1.0/1"
    shutil.copytree(folder, folder.with_name("2"))
    (folder / "more.csv").write_text("1")
    assert verify(closed / "editions") == [
        "2026-07/pop-1.0/1: more.csv is not in its manifest",
        "2026-07/pop-1.0/2: the ledger does not list it",
    ]
    shutil.rmtree(folder)
    assert "2026-07/pop-1.0/1: manifest.json is missing or was changed" in verify(closed / "editions")


def test_a_ledger_that_cannot_be_read_closes_nothing(closed):
    ledger = closed / "editions/ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-9])
    with pytest.raises(DamagedLedgerError, match="put it back from a copy"):
        night(closed, date(2026, 9, 8))


def test_by_hand_a_closed_edition_is_revised_with_a_reason_only_and_only_where_something_changed(top):
    at = datetime(2026, 9, 1, tzinfo=UTC)

    def close(reason=""):
        return close_by_hand(top / "db", top / "editions", "2026-07", reason, at).revision

    assert close() == 1
    with pytest.raises(NoEditionError, match="say why"):
        close()
    with pytest.raises(NoEditionError, match="nothing that 2026-07 prints has changed"):
        close("Because.")
    write_rankings(top / "db", JULY, counts_of(cedar=1.5))
    assert close("A list was counted twice.") == 2
    assert list_revisions(top / "editions")[-1].reason == "A list was counted twice."


@pytest.mark.parametrize("name", ["2026-13", "2026", "CY26-Q5", "2026-07@", "2026-07@x", "0000-01", "../2026-07"])
def test_what_names_no_edition_is_refused(name):
    with pytest.raises(NoEditionError, match="name an edition as 2026-09"):
        parse_name(name)


def test_an_edition_is_its_newest_revision_a_named_one_or_the_present_database(top):
    def found(name):
        return find_edition(top / "db", top / "editions", name).revision

    assert found("2026-07") == 0
    night(top, date(2026, 8, 21))
    assert (found("2026-07"), found("2026-07@1"), found("2026-07@now"), found("2026-06")) == (1, 1, 0, 0)
    for missing in ("2026-07@2", "1999-01"):
        with pytest.raises(NoEditionError):
            found(missing)


def split(top, earlier, later):
    (cedar,) = [one for one in compare_editions(earlier, later) if one.community == "cedar"]
    return cedar, {part: round(sum(c for (_, p), c in cedar.parts.items() if p == part), 6) for _, part in cedar.parts}


def test_a_change_is_of_time_coverage_or_correction(tmp_path):
    def edition(counts, month=JULY):
        return compute_edition(write_rankings(tmp_path / "db", JULY, counts), month, "rules")

    before = edition(counts_of())
    _, parts = split(tmp_path, before, edition(counts_of(cedar=1.5)))
    assert set(parts) == {"correction"}
    half = counts_of()
    for month in months_back(JULY, 6):
        half["cedar", "commits", month] = (60.0, 0.8)
    _, parts = split(tmp_path, before, edition(half))
    assert set(parts) == {"coverage"}
    grown = counts_of()
    grown["cedar", "commits", JULY] = (600.0, 1.0)
    _, parts = split(tmp_path, edition(grown, months_back(JULY, 2)[0]), edition(grown))
    assert set(parts) == {"time"}


def test_other_rules_or_constants_are_a_change_of_definition(tmp_path):
    path = write_rankings(tmp_path / "db", JULY, counts_of())
    before = compute_edition(path, JULY, "rules")
    after = compute_edition(write_rankings(path, JULY, counts_of(cedar=1.5)), JULY, "other rules")
    assert set(split(tmp_path, before, after)[1]) == {"definition"}
    other = {"commits": (0.5, 5.0, 200.0, 1.0), "code_people": (0.5, 1.0, 60.0, 0.45)}
    after = compute_edition(write_rankings(path, JULY, counts_of(), metrics=other), JULY, "rules")
    assert set(split(tmp_path, before, after)[1]) == {"definition"}


def test_a_missing_score_has_no_change(tmp_path):
    path = write_rankings(tmp_path / "db", JULY, counts_of())
    before = compute_edition(path, JULY, "rules")
    gone = counts_of() | dict.fromkeys([("cedar", "commits", month) for month in months_back(JULY, 6)])
    cedar, parts = split(tmp_path, before, compute_edition(write_rankings(path, JULY, gone), JULY, "rules"))
    assert cedar.change is None
    assert parts == {}


COUNT = st.one_of(st.none(), st.tuples(st.integers(0, 500), st.sampled_from([0.5, 0.7, 0.9, 1.0])))


@given(st.lists(st.lists(COUNT, min_size=24, max_size=24), min_size=4, max_size=4), st.integers(0, 12))
def test_the_parts_add_up_to_the_change(drawn, back):
    def edition(rows, month):
        keys = [(metric, m) for metric in METRICS for m in months_back(JULY, 24)]
        values = dict(zip(keys, [count for row in rows for count in row], strict=True))
        return edition_from(month, {("cedar", *key): count for key, count in values.items()})

    earlier = edition(drawn[:2], months_back(JULY, 13)[12 - back])
    for one in compare_editions(earlier, edition(drawn[2:], JULY)):
        if one.change is not None:
            assert abs(sum(one.parts.values()) - one.change) <= 1.0001e-9
