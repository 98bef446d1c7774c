"""An archive, or a month of it, that cannot be had has its verdict and reason, and is never an empty one."""

import pytest
from support.crawl import RUNNING
from support.mail_boxes import BOXES
from support.mail_lists import (
    EMPTY,
    FAILED,
    FAULTY,
    GONE,
    IMPOSSIBLE,
    INDEX_FAULTS,
    LISTS,
    MONTH_FAULTS,
    OK,
    A,
    B,
    C,
    faults,
    text_file,
    unit,
)
from support.mail_nights import held, verdicts, visit_to

from flows.demo.archives import FAULTS


@pytest.mark.long
def test_what_cannot_be_is_a_failed_visit_and_its_neighbours_are_read(nights):
    too_many = "the archive says more than 1,000,000,000 messages, which cannot be"
    for name, names in (("impossible", "0000-January"), ("pony-impossible", "'9999-12', '0000-01'")):
        visit = visit_to(nights, 0, name, "no-month")
        assert (visit.verdict, visit.reason) == (FAILED, f"the archive lists months that cannot be: {names}")
        assert verdicts(nights, 0, name) == {"index": OK, "no-month": FAILED, unit(A): OK, unit(B): FAILED}
        assert visit_to(nights, 0, name, B).reason == too_many
    assert verdicts(nights, 0, "talk-impossible")["index"] == FAILED
    assert verdicts(nights, 0, "talk-impossible")[unit(RUNNING)] == OK
    assert visit_to(nights, 0, "talk-impossible", "index").reason == too_many


@pytest.mark.long
@pytest.mark.parametrize("night", [0, 1])
def test_no_list_is_passed_over_in_silence(nights, night):
    collected, _ = nights[1][night]
    assert collected.unvisited == ()
    assert {v.source for v in collected.visits if v.unit == "index"} == set(LISTS)
    assert {v.source for v in collected.visits if v.kind == "mbox"} == set(BOXES)
    for visit in collected.visits:
        assert bool(visit.reason) == (visit.verdict not in ("ok", "unchanged", "empty")), visit
        assert visit.verdict != EMPTY or visit.note or visit.unit == "index"


@pytest.mark.long
@pytest.mark.parametrize("fault", INDEX_FAULTS)
def test_r01_an_index_that_cannot_be_had_has_its_verdict_and_no_month_is_asked(nights, fault):
    verdict, reason = INDEX_FAULTS[fault]
    assert verdicts(nights, 0, f"index-{fault}") == {"index": verdict}
    assert reason in visit_to(nights, 0, f"index-{fault}", "index").reason
    assert set(verdicts(nights, 1, f"index-{fault}").values()) == {OK}
    assert held(nights, f"index-{fault}") == {"index": 1, unit(A): 4}


@pytest.mark.long
@pytest.mark.parametrize(("month", "fault"), FAULTY.items(), ids=FAULTY.values())
def test_r01_a_month_that_cannot_be_had_has_its_verdict_and_is_never_an_empty_one(nights, month, fault):
    verdict, reason = MONTH_FAULTS[fault]
    visit = visit_to(nights, 0, "faulty", month)
    assert (str(visit.verdict), visit.observations) == (verdict, 5 if verdict == OK else None)
    assert reason in visit.reason
    assert held(nights, "faulty")[unit(month)] == 5, "the second night brings it"
    assert len(reason) < 100


def test_every_fault_of_the_demo_is_tried():
    tried = {fault for names in faults().values() for fault in names if fault}
    assert tried == set(FAULTS | IMPOSSIBLE)


@pytest.mark.long
def test_a_busy_archive_is_asked_again_in_the_same_night(nights):
    assert verdicts(nights, 0, "recovering") == {"index": OK, unit(A): OK}
    path = text_file(LISTS["recovering"], A)
    assert [r.status for r in nights[1][0][1] if r.path == path] == [503, 500, 200]
    assert [r.status for r in nights[1][0][1] if r.path == LISTS["index-throttle"].url] == [429], "a day is too long"


@pytest.mark.long
def test_a_total_that_is_not_what_was_read_is_noted_and_the_month_lands(nights):
    notes = {month: visit_to(nights, 0, "miscounted", month).note for month in (A, B, C)}
    assert notes == {A: "the archive says 95 messages, 5 were read", B: "", C: ""}
    assert held(nights, "miscounted") == {"index": 3} | {unit(month): 5 for month in (A, B, C)}
    half = visit_to(nights, 0, "pony-faulty", C)
    assert (half.verdict, half.note) == (OK, f"the archive says 12 messages, {half.observations} were read")
    assert 3 < half.observations < 9


@pytest.mark.long
def test_r01_an_archive_without_months_is_empty_only_where_it_is_one(nights):
    assert verdicts(nights, 0, "none") == verdicts(nights, 0, "pony-none") == {"index": EMPTY}
    assert verdicts(nights, 0, "pony-lost") == {"index": GONE}
    assert visit_to(nights, 0, "pony-lost", "index").reason == "the archive has no list of this address"
    assert verdicts(nights, 0, "pony-braces") == verdicts(nights, 0, "pony-login") == {"index": FAILED}
    assert held(nights, "none") == {}
    silent = visit_to(nights, 0, "silent", A)
    no_evidence = "nothing came (0 bytes), which is no evidence that nothing is there"
    assert (silent.verdict, silent.reason) == (FAILED, no_evidence)
