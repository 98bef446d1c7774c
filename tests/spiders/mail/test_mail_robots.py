"""A crawl of mail in a real process keeps to robots.txt and asks on condition."""

from collections import Counter

from support.crawl import HEAD, crawl_process, mailman2
from support.mail_lists import REFUSED, A, mailman3, pony, text_file, unit
from support.mail_nights import ROBOTS, block

from flows.demo.archives import Archives
from flows.demo.server import serve
from pipelines.folders import Folders
from pipelines.landing.visits import read_visits
from pipelines.model import ReasonCode


def test_robots_txt_and_conditional_requests_are_those_of_a_real_crawl(tmp_path):
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    shown = {"dev": mailman2("dev", {A: 4}), "talk": mailman3("talk", {A: 4}), "users": pony("users", {A: 4})}
    private = mailman2("private", {A: 4})
    faults = {text_file(shown["dev"], A): ["busy", "cut", ""]}
    with serve(tmp_path / "none") as server:
        (where.communities / "birds.toml").write_text(
            HEAD + "".join(block(one, server.base_url, name) for name, one in (shown | {"private": private}).items())
        )
        server.archives = Archives([*shown.values(), private], faults, ROBOTS)
        for _ in range(2):
            crawl_process(where, ("pipermail", "hyperkitty", "ponymail"))
        assert server.complaints == []
        statuses = Counter((request.path, request.status) for request in server.requests)
    latest = {(visit.source, visit.unit): visit for visit in read_visits(where.visits)}
    assert [latest[name, unit(A)].observations for name in shown] == [4, 4, 4]
    assert statuses[shown["dev"].url, 304] == 1
    assert not [path for path, _ in statuses if path.startswith(private.url)]
    refused = latest["private", "index"]
    assert (str(refused.verdict), refused.reason_code) == (REFUSED, ReasonCode.ROBOTS_TXT)
    assert "robots.txt of the host forbids it" in refused.reason
