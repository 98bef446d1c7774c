"""Which months a reader may ask for."""

import re
from datetime import date

import pytest

from pipelines.ranking import method
from reports.pages import as_of
from reports.text.formats import next_month

BUILD = {"last_complete_month": date(2026, 2, 1), "today": date(2026, 3, 20), "first_ranking": date(2025, 1, 1)}


@pytest.mark.parametrize(("asked", "complaint"), [
    ("2025-13", "--as-of '2025-13' is no month; write it as 2013-06"),
    ("0000-01", "--as-of '0000-01' is no month; write it as 2013-06"),
    ("2025-1", "--as-of '2025-1' is no month; write it as 2013-06"),
    ("", "--as-of '' is no month; write it as 2013-06"),
    ("2026-04", "--as-of 2026-04 lies in the future; the last complete month is 2026-02"),
    ("2026-03", "--as-of 2026-03 is not complete, it will be five days after its end; "
                "the last complete month is 2026-02"),
    ("2024-12", "--as-of 2024-12 is before the first ranking, which is of 2025-01"),
])  # fmt: skip
def test_a_month_that_cannot_be_ranked_is_told_why(asked, complaint):
    with pytest.raises(as_of.AsOfError, match=f"^{re.escape(complaint)}$"):
        as_of.check_month(BUILD, as_of.parse_month(asked))


def test_without_any_ranking_no_month_can_be_asked_for():
    with pytest.raises(as_of.AsOfError, match="holds no ranking of any month"):
        as_of.check_month(BUILD | {"first_ranking": None}, date(2026, 2, 1))


@pytest.mark.parametrize(("today", "last"), [("2026-03-05", "2026-01"), ("2026-03-06", "2026-02")])
def test_r13_a_month_is_complete_five_days_after_its_end(today, last):
    day = date.fromisoformat(today)
    given = method.load().last_complete_month(day)
    assert f"{given:%Y-%m}" == last
    build = BUILD | {"last_complete_month": given, "today": day}
    as_of.check_month(build, given)
    with pytest.raises(as_of.AsOfError, match="is not complete"):
        as_of.check_month(build, next_month(given))
