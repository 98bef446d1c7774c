"""Answers that state counts are read to their totals; what is no count is never taken for one."""

import pytest
from scrapy.http import TextResponse
from support.walk import CLOCK, TODAY

from pipelines.catalogue import count_pages
from pipelines.folders import CHECKOUT
from pipelines.model import Verdict, Visit
from spiders.core.verdicts import NoPageError
from spiders.counts import asf, count_page, github_pages, openinfra

SHARED = CHECKOUT.parent / "shared" / "payloads"
NEEDS_SAMPLES = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no samples of real answers in {SHARED}")


@pytest.mark.parametrize("value", [None, True, 1.5, "7", [7], {"n": 7}, -1, 10**13, float("nan")])
def test_what_is_no_count_is_never_taken_for_one_and_never_repeated(value):
    with pytest.raises(NoPageError, match=r"^stars is (missing|negative|no count)$"):
        count_page.check_count(value, "stars")


@pytest.mark.parametrize(
    ("link", "body", "found"),
    [
        ('<https://h/r?page=2>; rel="next", <https://h/r?per_page=1&anon=1&page=523>; rel="last"', b"[{}]", 523),
        ("", b"[{}]", 1),
        ("", b"[]", 0),
        ('<https://h/r?per_page=1&page=x>; rel="last"', b"[{}]", None),
        ('<https://h/r?page=2>; rel="next"', b"[{}]", None),
        ('<https://h/r?per_page=1&page=99999999999999>; rel="last"', b"[{}]", None),
        ('<https://h/r?per_page=100&page=5>; rel="last"', b"[{}]", None),
        ('<https://h/r?per_page=1&page=372>; title="y"; rel="last"', b"[{}]", 372),
    ],
)
def test_a_list_is_as_long_as_its_last_page_of_one_says(link, body, found):
    answer = TextResponse("https://h/r", headers={"Link": link} if link else {}, body=body)
    if found is None:
        with pytest.raises(NoPageError, match="the number of the last page is missing"):
            github_pages.list_length(answer)
    else:
        assert github_pages.list_length(answer) == found


def test_three_files_of_apache_are_read_alike():
    accounts = {f"a{number}": {"name": "Ada Invented", "date": "2013-03-20"} for number in range(5)}
    ldap = {"roster_counts": {"birds": {"members": 9, "owners": 5}}}
    assert [c.value for c in asf.rosters(ldap, "birds", TODAY)] == [9, 5]
    assert [c.value for c in asf.groups({"birds": [*"abca"], "birds-pmc": ["a"]}, "birds", TODAY)] == [3, 1]
    known = {"committees": {"birds": {"roster": accounts}}}
    assert [c.value for c in asf.committee(known, "birds", TODAY)] == [5]
    for wrong in ({}, {"birds": []}, {"birds": [1], "birds-pmc": [2]}):
        with pytest.raises(NoPageError):
            asf.groups(wrong, "birds", TODAY)


@NEEDS_SAMPLES
def test_real_answers_give_their_totals():
    groups = count_page.parse_json(TextResponse("https://h/", body=(SHARED / "asf-projects/groups.json").read_bytes()))
    assert [c.value for c in asf.groups(groups, "cloudstack", TODAY)] == [138, 57]
    members = (SHARED / "openstack-members/openinfraid-api/openinfra_page_1.json").read_bytes()
    assert openinfra._total(count_page.parse_json(TextResponse("https://h/", body=members))) == 15
    told = count_page.parse_json(TextResponse("https://h/", body=(SHARED / "github/perceval/github_repo").read_bytes()))
    values = {measure: count_page.check_count(told[key], key) for measure, key in github_pages.OF_REPOSITORY.items()}
    assert values == {"stars": 48188, "forks": 16687, "watchers": 2904}


def test_units_without_a_day_stay_as_they_are():
    def visit(kind, unit):
        return Visit("birds", "one", kind, unit, "", CLOCK.now, Verdict.OK)

    assert count_pages.unit_without_day(visit("github", "a__b-2026-11-24")) == "a__b"
    assert count_pages.unit_without_day(visit("discourse", "about-2026-11-24")) == "about"
    assert count_pages.unit_without_day(visit("mbox", "dev-2026-11-24")) == "dev-2026-11-24"
    assert count_pages.unit_without_day(visit("pipermail", "2026-11")) == "2026-11"
