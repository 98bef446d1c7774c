"""A token of GitHub goes to GitHub's own host only, is noted nowhere, and its limits rest the host."""

import pytest
from scrapy.http import Response, TextResponse
from support.counts import GH, crawl, rows_of, spider_of, tree
from support.walk import TODAY

from flows import doctor
from pipelines.catalogue import count_pages
from spiders.core.budget import HostPausedError

TOKEN = "ghp_cAnArYtOkEn0123456789"


@pytest.mark.parametrize("variable", count_pages.GITHUB_TOKENS)
def test_with_a_token_one_question_tells_of_all_repositories_and_the_token_is_nowhere(alone, variable):
    told = crawl(alone.where, "sources=birds/github", kinds=["github"], api=alone.server.base_url, **{variable: TOKEN})
    asked = [path for path, _ in alone.server.counts.asked]
    assert asked == [f"{GH}/graphql", f"{GH}/repos/birds/Wren/contributors?per_page=1&anon=1",
                     f"{GH}/orgs/birds/public_members?per_page=1"]  # fmt: skip
    assert {headers["Authorization"] for _, headers in alone.server.counts.asked} == {f"Bearer {TOKEN}"}
    rows = rows_of(alone.where, alone.source("github"), f"birds__Wren-{TODAY}")
    assert {row["measure"]: row["value"] for row in rows} == {"stars": 3000, "forks": 900, "watchers": 120}
    assert TOKEN not in told
    assert all(TOKEN.encode() not in content for content in tree(alone.where.data).values())


def test_the_token_goes_nowhere_where_a_page_has_moved_to(alone):
    alone.server.counts.faults = {f"{GH}/graphql": ["renamed"], f"{GH}/repos/birds/Wren": ["renamed"]}
    wren = ("sources=birds/github", "units=birds__Wren")
    crawl(alone.where, *wren, kinds=["github"], api=alone.server.base_url, GITHUB_TOKEN=TOKEN)
    asked = [request.path for request in alone.server.requests if request.path != "/robots.txt"]
    assert asked == [f"{GH}/graphql", f"{GH}/repos/birds/Wren", "/repositories/1"]


def test_what_graphql_does_not_tell_is_asked_of_its_own_page(alone):
    alone.server.counts.faults = {f"{GH}/graphql": ["login-wanted"]}
    told = crawl(alone.where, "sources=birds/github", kinds=["github"], api=alone.server.base_url, GITHUB_TOKEN=TOKEN)
    assert "GitHub does not take the token in the environment (401)" in told
    assert f"{GH}/repos/birds/Wren" in [path for path, _ in alone.server.counts.asked]
    assert len(rows_of(alone.where, alone.source("github"), f"birds__Wren-{TODAY}")) == 3
    assert TOKEN not in told


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://api.github.com/repos/a/b", True),
        ("http://127.0.0.1:8000/api.github.com/repos/a/b", False),
        ("http://api.github.com/repos/a/b", False),
        ("https://api.github.com.example.org/repos/a/b", False),
        ("https://api.github.com:8443/repos/a/b", False),
        ("https://example.org/api.github.com/repos/a/b", False),
    ],
)
def test_the_token_goes_to_githubs_own_host_only(monkeypatch, alone, url, sent):
    spider = spider_of(monkeypatch, alone, {"GITHUB_TOKEN": TOKEN})
    assert ("Authorization" in spider.headers(url)) == sent


def test_a_token_that_a_server_sends_back_is_not_noted(monkeypatch, alone):
    spider = spider_of(monkeypatch, alone, {"GITHUB_TOKEN": TOKEN})
    url = alone.source("github").urls[0]
    echo = Response(url, status=301, headers={"Location": f"/repos/{TOKEN}"})
    visit = spider.error_visit(alone.source("github"), "birds__Wren", url, spider.refusal(echo))
    assert visit.reason == "the server answered 301: moved to /repos/[token]; the catalogue must name the new address"


def test_what_is_no_token_is_not_sent(monkeypatch, alone):
    assert spider_of(monkeypatch, alone, {"GITHUB_TOKEN": "no token\r\nX-Evil: 1"}).token is None
    assert count_pages.github_token({"STACKRANK_GITHUB_TOKEN": "", "GITHUB_TOKEN": TOKEN}) == ("GITHUB_TOKEN", TOKEN)
    assert count_pages.github_token({}) is None


def test_at_its_limit_the_host_is_left_alone_and_a_single_refusal_is_not_that(monkeypatch, alone):
    spider = spider_of(monkeypatch, alone)
    limited = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000000"}
    assert spider.is_rate_limited(Response("https://api.github.com/", status=403, headers=limited))
    assert spider.is_rate_limited(Response("https://api.github.com/", status=403, headers={"Retry-After": "60"}))
    assert spider.is_rate_limited(Response("https://api.github.com/", status=429))
    assert not spider.is_rate_limited(
        Response("https://api.github.com/", status=403, headers={"X-RateLimit-Remaining": "7"})
    )
    assert spider.retry_delay(Response("https://api.github.com/", status=429, headers={"Retry-After": "1"}), 5) is None
    spider.pause_host("https://api.github.com/", "the limit")
    with pytest.raises(HostPausedError, match="is paused for this run"):
        spider.check_paused("https://api.github.com/orgs/birds")


@pytest.mark.parametrize(
    ("environ", "state", "said"),
    [
        ({}, "ok", "none, and none is needed: 3 of the 60 requests an hour"),
        ({"GITHUB_TOKEN": TOKEN}, "ok", "taken from GITHUB_TOKEN, sent to GitHub only"),
        ({"STACKRANK_GITHUB_TOKEN": "Two words"}, "note", "is not a token, so it is not sent; none is needed"),
    ],
)
def test_the_doctor_names_the_variable_of_the_token_and_never_the_token(monkeypatch, alone, environ, state, said):
    for name in count_pages.GITHUB_TOKENS:
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (found,) = doctor._token([alone.source("github")])
    assert (found.state, said in found.text) == (state, True)
    assert not [value for value in environ.values() if value in str(found)]
    assert list(doctor._token([alone.source("asf")])) == []


@pytest.mark.parametrize(
    ("body", "headers", "limited"),
    [
        (b'{"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}', {}, True),
        (b'{"message": "You have triggered an abuse detection mechanism."}', {}, True),
        (b'{"message": "The history is too large to list contributors."}', {}, False),
        (b"{}", {"Retry-After": "60"}, True),
    ],
)
def test_githubs_secondary_limit_rests_the_host_without_retry_after_too(monkeypatch, alone, body, headers, limited):
    spider = spider_of(monkeypatch, alone)
    answer = TextResponse("https://api.github.com/repos/a/b", status=403, body=body, headers=headers)
    assert spider.is_rate_limited(answer) == limited
    assert (spider.refusal(answer).code == "rate_limited") == limited
