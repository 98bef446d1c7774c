"""The operator's page: how fresh each source is, what failed and why, the last visits, and their notes."""

import re
from datetime import date, timedelta

import pytest
from support.page import Page
from support.site import NIGHT, SHOWN, bare, published, quiet, render

from reports.pages import operations
from reports.text.freshness import UNREADABLE_TEXT, freshness_text, needs_attention


@pytest.fixture(scope="module")
def page(once):
    return Page((published(once).site / "operations.html").read_text(encoding="utf-8"))


def test_a_failed_source_is_told_with_its_reason_and_its_last_good_visit(page):
    failed = page.rows("Units whose")
    assert failed["Beta Stack"] == [
        "core", "beta/one", "refused", "see the operator's log", "1", "20 March 2026, 03:00 UTC",
        "11 November 2025, 03:00 UTC",
    ]  # fmt: skip
    assert len(failed) == 2


def test_each_source_says_when_it_was_last_seen(page):
    rows = page.rows("Every source")
    assert [rows[name][3] for name in ("Alpha Cloud", "Beta Stack", "Gamma")] == [
        "20 March 2026, 03:00 UTC", "11 November 2025, 03:00 UTC", "never",
    ]  # fmt: skip
    never = "ended December 2025; never visited; still loading: nothing was asked for yet"
    assert rows["Gamma"][2] == never
    assert rows["Gamma"][-1] == "no visit recorded"
    assert re.fullmatch(r"not seen for \d+ days", rows["Beta Stack"][2])
    assert rows["Beta Stack"][-1] == "1 refused"


def test_each_visit_of_the_last_nights_is_counted_and_notes_are_told(page):
    nights = page.tables["Visits by day and source, the last fourteen days that had any"]
    assert nights[1:] == [
        [night, name, "core", *("1" if verdict == had else "0" for verdict in nights[0][3:])]
        for night, name, had in (
            ("20 March 2026", f"=cmd(){SHOWN}", "failed"), ("20 March 2026", "Alpha Cloud", "ok"),
            ("20 March 2026", "Beta Stack", "refused"), ("10 March 2026", f"=cmd(){SHOWN}", "ok"),
            ("11 November 2025", "Beta Stack", "ok"),
        )
    ]  # fmt: skip
    (noted,) = page.rows("Notes of each unit").values()
    assert noted[-1] == f"+1 {SHOWN}"


def test_the_heading_counts_the_sources_that_need_attention(page):
    assert "sources need attention." in page.text


def test_a_night_without_failures_and_one_without_visits_are_told_apart(once):
    good, none = (Page(render(where(once), operations.page)) for where in (quiet, bare))
    assert "No unit: the latest visit of each was good." in good.text
    assert "Nothing was visited, so nothing failed." in none.text
    assert "To do: uv run stackrank nightly" in none.text


@pytest.mark.parametrize(("seen", "more", "said", "troubled"), [
    (47.9, {}, "seen 47 hours before the build", False),
    (48, {}, "seen 2 days before the build", False),
    (48.1, {}, "not seen for 2 days", True),
    (None, {}, "never visited", True),
    (None, {"latest": "2 failed"}, "never seen: every visit failed", True),
    (1, {"waiting_units": 2, "pending_months": 5},
     "seen 1 hour before the build; still loading: 2 of 3 units and 5 of 9 months not asked for yet", True),
    (1, {"pending_months": 5}, "seen 1 hour before the build; still loading: 5 of 9 months not asked for yet", True),
    (1, {"snapshot": True}, "seen 1 hour before the build; a frozen copy", False),
    (1, {"snapshot": True, "seen_to": date(2021, 7, 1)}, "not seen since July 2021: our copy ends there", False),
    (1, {"until": date(2017, 11, 30)}, "ended November 2017; seen 1 hour before the build", False),
    (1, {"until": date(2099, 11, 30)}, "seen 1 hour before the build", False),
    (None, {"kind": "unreadable", "until": date(2012, 9, 30)}, f"ended September 2012; {UNREADABLE_TEXT}", False),
    (None, {"kind": "unreadable", "pending_months": 9}, UNREADABLE_TEXT, False),
    (1, {"quiet_days": 9, "usual_days": 3}, "seen 1 hour before the build", False),
    (1, {"quiet_days": 10, "usual_days": 3},
     "seen 1 hour before the build; nothing new for 10 days (usual: 3 days); check that it still works", True),
])  # fmt: skip
def test_r13_a_source_not_seen_for_two_nights_says_so(seen, more, said, troubled):
    row = {"kind": "git", "good_at": seen and NIGHT - timedelta(hours=seen), "latest": None, "snapshot": False,
           "waiting_units": 0, "known_units": 3, "pending_months": 0, "living_months": 9,
           "quiet_days": None, "usual_days": None,
           "until": None, "seen_to": None, "today": NIGHT.date()} | more  # fmt: skip
    assert freshness_text(row, NIGHT) == said
    assert needs_attention(row, NIGHT) is troubled
