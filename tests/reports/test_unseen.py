"""Why months were not seen, in words: each reason of core.coverage has its sentence."""

import re
from datetime import date

import pytest

from pipelines.warehouse.tables import read_tables
from reports.text.formats import format_level
from reports.text.months import month_text, retention_text
from reports.text.unseen import REASONS, unseen_months_text, unseen_text

JULY = date(2021, 7, 1)


@pytest.mark.parametrize(("code", "seen_to", "text"), [
    ("copy_ends", JULY, "not seen since July 2021: our copy ends there"),
    ("copy_ends", None, "our copy has nothing"),
    ("failed", JULY, "not seen since July 2021: later visits failed"),
    ("failed", None, "never seen: every visit failed"),
    ("tags_end", JULY, "our copy has no tag after July 2021"),
    ("unreadable", None, "cannot be read"),
    ("ended", date(2017, 11, 30), "ended November 2017"),
    ("not_in_mailbox", JULY, "in no mailbox that we have"),
])  # fmt: skip
def test_a_reason_is_said_with_its_month(code, seen_to, text):
    assert unseen_text({"reason_code": code, "seen_to": seen_to}) == text


@pytest.mark.parametrize(("code", "covered", "text"), [
    ("in_part", 0.5, "50.0 % seen"),
    ("copy_ends", 0.25, "25.0 % seen; not seen since July 2021: our copy ends there"),
    ("not_whole", 0.0, "some messages are held; nobody states that the mailbox is whole"),
])  # fmt: skip
def test_of_months_seen_in_part_the_share_is_said(code, covered, text):
    assert unseen_months_text({"reason_code": code, "seen_to": JULY, "covered": covered}) == text


def test_every_reason_of_a_month_has_a_sentence():
    (table,) = (each for each in read_tables() if each.name == "core.coverage")
    codes = REASONS.keys() - {"ended", "tags_end"}  # tags_end is of releases alone: queries/community/holes.sql
    assert set(re.findall(r"(?:then|else) '(\w+)'\n", table.select)) >= codes
    assert all(code in table.columns["reason_code"] for code in codes)


@pytest.mark.parametrize(("state", "share", "text"), [
    (None, None, ""), ("unobserved", None, "not observed"), ("not_applicable", None, "not applicable"),
    ("observed", 0.0, "0 %"), ("observed", 0.456, "46 %"), ("partial", 0.25, "25 % (partly observed)"),
])  # fmt: skip
def test_a_year_that_was_not_seen_is_a_word_and_no_share(state, share, text):
    assert retention_text({"state": state, "share": share}) == text


def test_a_number_of_which_the_past_is_not_known_says_since_when_it_is():
    row = {"value": 4.0, "state": "partial", "known": "partial", "known_since": JULY}
    assert month_text(row) == "4 (of what is known since July 2021)"
    assert month_text(row | {"known_since": None}) == "4 (partly observed)"
    assert month_text(row | {"state": "observed", "known": "observed"}) == "4"


@pytest.mark.parametrize(("value", "text"), [
    (None, "not observed"), (0, "0.0"), (2.94, "2.9"), (9.96, "10"), (18.67, "19"), (304.5, "304"), (1234.5, "1,230"),
])  # fmt: skip
def test_a_level_has_no_digit_that_its_error_does_not_carry(value, text):
    assert format_level(value) == text
