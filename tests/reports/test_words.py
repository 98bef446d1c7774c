"""Numbers, times, imports and moves in words."""

from datetime import date, datetime, timedelta

import pytest
from support.site import NIGHT

from reports.text.formats import format_age, format_clock, format_number, format_window, pluralize
from reports.text.imports import import_in_month, order_by_recorded_month
from reports.text.months import month_text
from reports.text.places import movement_text


@pytest.mark.parametrize(("value", "said"), [
    (None, "not observed"), (0, "0"), (0.001234, "0.00123"), (1, "1.00"), (12.34, "12.3"), (99.96, "100"),
    (999.6, "1,000"), (1234.5, "1,230"), (9_876_543, "9,880,000"), (-45.67, "-45.7"),
])  # fmt: skip
def test_a_number_has_three_digits_or_is_a_word(value, said):
    assert format_number(value) == said
    assert format_number(None, "not ranked") == "not ranked"


@pytest.mark.parametrize(("value", "state", "known", "text"), [
    (1234, "observed", "observed", "1,234"), (0, "observed", "observed", "0"), (12.345, "observed", "observed", "12.3"),
    (7, "partial", "partial", "7 (partly observed)"), (7, "partial", "to date", "7 to date"),
    (7, "published", "published", "7 (measured earlier)"), (7, "partial", "restated", "7 (restated later)"),
    (None, "unobserved", "to date", "not observed"), (None, "not_applicable", "observed", "not applicable"),
    (None, None, "observed", "not observed"),
])  # fmt: skip
def test_a_month_says_what_is_known_of_it(value, state, known, text):
    assert month_text({"value": value, "state": state, "known": known}) == text


def test_times_and_counts_in_words():
    assert format_window(date(2026, 2, 1)) == "March 2025 to February 2026"
    assert format_window(date(2025, 12, 1)) == "January 2025 to December 2025"
    ages = [format_age(NIGHT - timedelta(hours=h), NIGHT) for h in (0.9, 1, 47.9, 48, 2400)]
    assert ages == ["less than an hour", "1 hour", "47 hours", "2 days", "100 days"]
    assert (format_age(None, NIGHT), format_clock(None)) == ("never seen", "never")
    assert format_clock(datetime(2026, 3, 5, 7, 8, 59)) == "5 March 2026, 07:08 UTC"
    assert [pluralize(n, "unit") for n in (0, 1, 2, 1234)] == ["no units", "1 unit", "2 units", "1,234 units"]


@pytest.mark.parametrize(("code", "why"), [
    ("moved", "A source moved in January 2026, and one of the two cannot be read."),
    ("began", "Its first list, forum or repository began in January 2026, and whoever was there before looks new."),
])  # fmt: skip
def test_what_cannot_be_compared_is_said_with_its_reason(code, why):
    row = {"name": "Birds", "family": "code", "earlier": date(2025, 6, 1), "reason_code": code,
           "break_month": date(2026, 1, 1), "growth": None, "low": None, "high": None, "word": None}  # fmt: skip
    assert movement_text(row) == f"Birds, public code activity, against June 2025: not compared. {why}"


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ([], ""), ([("Alpha", 1, 1), ("Beta", 2, 2)], ""),
        ([("Alpha", 1, 2), ("Beta", 2, 1), ("Gamma", 3, 3)],
         "Counted in the month in which imports were recorded, places change: "
         "Alpha from row 1 to row 2 and Beta from row 2 to row 1."),
    ],
)  # fmt: skip
def test_the_page_says_what_imports_do_to_the_order(places, said):
    fields = ("name", "rank", "rank_by_recorded_month")
    assert order_by_recorded_month([dict(zip(fields, place, strict=True)) for place in places]) == said


@pytest.mark.parametrize(
    ("not_counted", "counted"),
    [
        (0, "They count in the months in which they were written."),
        (7, "They count in the months in which they were written; 7 do not count."),
        (1200, "None of them counts: they are too old, or have no readable date."),
    ],
)
def test_an_import_says_where_its_commits_count(not_counted, counted):
    row = {"community_name": "Alpha", "import_commits": 1200, "import_not_counted": not_counted,
           "import_days": [date(2025, 8, 20)]}  # fmt: skip
    said = import_in_month(row)
    assert said == f"Alpha: 1,200 commits were recorded on 20 August 2025. {counted}"
