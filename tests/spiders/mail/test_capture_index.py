"""The index of captures: what is none, which of its rows count, and which capture of a month is best."""

import json
import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.captures import LOGIN, MONTHS, OLD

from pipelines.model import Verdict
from spiders.core.verdicts import NoPageError
from spiders.mail import captures

NAMES = list(captures.FIELDS)


def listing(*rows, names=NAMES):
    return json.dumps([names, *rows]).encode()


def row(original, timestamp="20140601060000", status="200"):
    return [timestamp, original, status, "application/x-gzip", "D", "9"]


ANSWERS = {
    "nothing": (b"", Verdict.FAILED, "what came is no list of captures"),
    "object": (b"{}", Verdict.FAILED, "what came is no list of captures"),
    "rows that are none": (b'[["timestamp","original"], 7]', Verdict.FAILED, "what came is no list of captures"),
    "deep": (b"[" * 100_000, Verdict.FAILED, "what came is no list of captures"),
    "page": (LOGIN, Verdict.FAILED, 'a web page called "Sign in" came instead of a list of captures'),
    "robots": (b"org.archive.wayback.exception.RobotAccessControlException: Blocked By Robots\n", Verdict.REFUSED,
               "shows no captures of this site: RobotAccessControlException: Blocked By Robots"),
    "without names": (json.dumps([row(f"{OLD}2012-May.txt")]).encode(), Verdict.FAILED, "what its columns are"),
    "short": (listing(["20140601060000"]), Verdict.FAILED, "has 1 columns of 6"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "verdict", "reason"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_no_list_of_captures_has_its_own_verdict(page, verdict, reason):
    with pytest.raises(NoPageError, match=re.escape(reason)) as raised:
        list(captures.captures(page, OLD))
    assert raised.value.verdict == verdict


@pytest.mark.parametrize("page", [b"[]", listing()])
def test_nothing_captured_is_an_empty_list_with_or_without_its_columns(page):
    assert list(captures.captures(page, OLD)) == []


def test_only_months_of_the_folder_are_captures_whatever_the_index_says():
    strange = [
        row("http://[bad"), row("http://elsewhere.example.org/pipermail/users-birds.org/2012-May.txt"),
        row(f"{OLD}../2012-May.txt"), row(f"{OLD}2012-Mai.txt"), row(f"{OLD}2012-May.txt?x=1"), row(""),
        row(f"{OLD}2012-May.txt", "2014"), row(f"{OLD}2012-May.txt", "20149999999999"),
        row(f"{OLD}2012-May.txt", status="404"), row("file:///etc/passwd"), [None] * 6,
    ]  # fmt: skip
    good = row(OLD.replace("http://lists", "HTTP://www.LISTS").replace(".org/", ".org:80/", 1) + "2012-May.txt.gz")
    found = list(captures.captures(listing(*strange, good), OLD))
    assert [captures.capture_url("https://web.archive.org/", one) for one in found] == [
        f"https://web.archive.org/web/20140601060000id_/{OLD}2012-May.txt.gz"
    ]


TAKEN = st.datetimes(datetime(2012, 5, 1), datetime(2020, 1, 1))


@given(
    st.lists(st.tuples(st.sampled_from(["", ".gz"]), TAKEN, st.sampled_from(["text/plain", "text/html"])), min_size=1)
)
def test_the_best_capture_is_the_newest_one_of_the_whole_month(found):
    many = [
        captures.Capture(MONTHS["May"], OLD, f"2012-May.txt{packed}", f"{taken:%Y%m%d%H%M%S}", kind, str(number))
        for number, (packed, taken, kind) in enumerate(found)
    ]
    ((url, ranked),) = captures.rank_captures(many, "https://web.archive.org/").items()
    assert sorted(ranked) == sorted(many)
    mail = [one for one in many if one.mimetype != "text/html"] or many
    whole = [one for one in mail if captures.is_whole(captures.capture_url("/", one), one.month)] or mail
    assert ranked[0].timestamp == max(one.timestamp for one in whole)
    assert f"/web/{ranked[0].timestamp}id_/" in url
