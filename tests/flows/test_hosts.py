"""The queue of hosts: whose turn it is, who is left alone, and how soon a host that is not there is known."""

import socket
import threading
from datetime import date
from queue import SimpleQueue

import pytest

from flows import hosts, reach
from flows.hosts import HostQueue, Outcome, groups_of, visit_all
from flows.reach import Reach
from pipelines.model import ReasonCode, Source

FAILED = ReasonCode.CONNECTION_FAILED


def source(name: str, *urls: str, kind: str = "git") -> Source:
    return Source("birds", name, kind, urls, date(2020, 1, 1), "")


def on(host: str, name: str, kind: str = "git") -> Source:
    return source(name, f"git+https://{host}/birds/{name}", kind=kind)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def queue(*sources: Source, **facts) -> HostQueue:
    return HostQueue(groups_of(sources), clock=Clock(), **facts)


def named(group):
    return group and [source.name for source in group.sources]


def heard(*sources: Source, **facts) -> HostQueue:
    waiting = queue(*sources, **facts)
    for host in {host for group in waiting.waiting for host in group.hosts}:
        waiting.hear(Reach(host))
    return waiting


def test_sources_of_a_kind_on_one_host_are_one_group_and_a_host_has_one_turn_at_a_time():
    waiting = heard(on("a.org", "wren"), on("b.org", "finch"), on("a.org", "list", "pipermail"), on("a.org", "owl"))
    first, second = waiting.take(), waiting.take()
    assert (named(first), named(second), waiting.take()) == (["wren", "owl"], ["finch"], None)
    waiting.finish(first, Outcome())
    assert named(waiting.take()) == ["list"]


def test_groups_on_this_machine_wait_for_nobody():
    local = [source("wren", "git+http://127.0.0.1:1/birds/wren"), source("box", "file://localhost/box", kind="mbox")]
    waiting = queue(*local, source("list", "http://127.0.0.1:1/dev/", kind="pipermail"))
    assert [named(waiting.take()) for _ in range(3)] == [["wren"], ["box"], ["list"]]


def test_hosts_that_answer_go_first_then_those_that_were_silent_the_last_time_then_slow_ones():
    names = ("slow", "before", "well")
    waiting = queue(*(on(f"{name}.org", name) for name in names), silent_before={"before.org"})
    waiting.hear(Reach("slow.org", is_slow=True))
    waiting.hear(Reach("before.org"))
    waiting.hear(Reach("well.org"))
    assert [named(waiting.take()) for _ in names] == [["well"], ["before"], ["slow"]]


def test_slow_hosts_keep_no_other_waiting():
    waiting = queue(*(on(f"{name}.org", name) for name in "abcdef"), on("well.org", "well"), slow_workers=4)
    for name in "abcdef":
        waiting.hear(Reach(f"{name}.org", is_slow=True))
    active = []
    while group := waiting.take(active):
        active.append(group)
    assert [named(group) for group in active] == [["a"], ["b"], ["c"], ["d"]]
    waiting.hear(Reach("well.org"))
    assert named(waiting.take(active)) == ["well"]
    assert waiting.take(active) is None


def test_a_host_of_which_nothing_is_heard_has_its_turn_after_a_while():
    waiting = queue(on("a.org", "wren"))
    assert waiting.take() is None
    waiting.clock.now = hosts.UNHEARD + 1
    assert named(waiting.take()) == ["wren"]


def test_a_host_that_is_not_there_is_asked_for_nothing_whatever_the_kind():
    waiting = queue(on("a.org", "wren"), on("a.org", "list", "pipermail"), on("b.org", "finch"))
    waiting.hear(Reach("a.org", FAILED, "it refuses", is_last=False))
    waiting.hear(Reach("b.org"))
    assert (named(waiting.take()), waiting.take(), waiting.take_closed()) == (["finch"], None, [])
    waiting.hear(Reach("a.org", FAILED, "it refuses the connection"))
    assert [(named(group), why.code) for group, why in waiting.take_closed()] == [
        (["wren"], FAILED),
        (["list"], FAILED),
    ]
    assert waiting.waiting == []


def test_a_host_that_comes_back_at_the_second_question_is_visited():
    waiting = queue(on("a.org", "wren"))
    waiting.hear(Reach("a.org", FAILED, "it refuses", is_last=False))
    waiting.hear(Reach("a.org"))
    assert named(waiting.take()) == ["wren"]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(silent=frozenset({"a.org"}), is_retried=True), ReasonCode.TIMED_OUT),
        (Outcome(resting=frozenset({"a.org"}), is_retried=True), None),
    ],
)
def test_a_host_that_hangs_or_wants_peace_is_left_alone_by_all_kinds_for_the_rest_of_the_run(outcome, code):
    waiting = heard(on("a.org", "wren"), on("a.org", "list", "pipermail"), retries=True)
    waiting.finish(waiting.take(), outcome)
    ((group, why),) = waiting.take_closed()
    assert (named(group), why.code, waiting.waiting) == (["list"], code, [])


def test_another_try_is_scheduled_and_the_host_has_other_turns_meanwhile():
    waiting = heard(on("a.org", "wren"), on("a.org", "list", "pipermail"), retries=True)
    for pause in hosts.RETRY_DELAYS:
        first = waiting.take()
        waiting.finish(first, Outcome(is_retried=True))
        if other := waiting.take():
            assert named(other) == ["list"]
            waiting.finish(other, Outcome())
        assert waiting.take() is None
        waiting.clock.now += pause
    waiting.finish(waiting.take(), Outcome(is_retried=True))
    assert waiting.waiting == [], "two more tries are enough"


def test_where_a_list_is_on_another_host_than_its_repositories_both_must_be_closed():
    both = Source("birds", "all", "git", (), date(2020, 1, 1), "", urls_from="https://a.org/list.yaml",
                  url_template="git+https://b.org/{repository}")  # fmt: skip
    waiting = queue(both)
    waiting.hear(Reach("a.org", FAILED, "it refuses the connection"))
    assert waiting.take_closed() == []
    waiting.hear(Reach("b.org", FAILED, "it refuses the connection"))
    assert [named(group) for group, _ in waiting.take_closed()] == [["all"]]


def test_a_pause_holds_no_worker(monkeypatch):
    monkeypatch.setattr(hosts, "RETRY_DELAYS", (0.3, 0.3))
    words: SimpleQueue[Reach] = SimpleQueue()
    names = ["wren", "finch", "owl"]
    for name in names:
        words.put(Reach(f"{name}.org"))
    asked: list[str] = []

    def visit(group):
        asked.append(group.sources[0].name)
        return Outcome(is_retried=group.sources[0].name == "wren")

    groups = groups_of(on(f"{name}.org", name) for name in names)
    visit_all(HostQueue(groups, retries=True, workers=1), words, visit, lambda closed: pytest.fail(closed[0][1].reason))
    assert asked == ["wren", "finch", "owl", "wren", "wren"]


def test_what_a_visit_raises_ends_the_run():
    def visit(group):
        raise LookupError(group.sources[0].name)

    local = groups_of([source("wren", "git+http://127.0.0.1:1/birds/wren")])
    with pytest.raises(LookupError, match="wren"):
        visit_all(HostQueue(local), SimpleQueue(), visit, list)


# ---- is a host there? --------------------------------------------------------------------------------------------


@pytest.fixture
def places(monkeypatch):
    """Give three ports of this machine: one answers, one hangs, one refuses."""
    monkeypatch.setattr(reach, "SECONDS", 0.3)
    monkeypatch.setattr(reach, "PAUSE", 0.1)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with socket.create_server(("127.0.0.1", 0)) as well, socket.create_server(("127.0.0.1", 0)) as hanging:
        threading.Thread(target=answer, args=(well,), daemon=True).start()
        with socket.create_server(("127.0.0.1", 0)) as gone:
            refusing = gone.getsockname()[1]
        yield {"well": well.getsockname()[1], "hanging": hanging.getsockname()[1], "refusing": refusing}


def answer(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        assert connection.recv(999).startswith(b"HEAD /robots.txt HTTP/1.1\r\n")
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def test_hosts_are_asked_all_at_once_and_each_answer_is_told_apart(places):
    urls = {name: f"git+http://127.0.0.1:{port}/birds/x" for name, port in places.items()}
    words: SimpleQueue[Reach] = SimpleQueue()
    reach.ask_all(urls | {"unknown": "http://nobody.invalid/"}, "stackrank", words)
    found = [words.get(timeout=20) for _ in range(6)]
    last = {word.host: (word.code, word.reason, word.is_slow) for word in found if word.is_last}
    assert last == {
        "well": (None, "", False), "hanging": (None, "", True),
        "refusing": (FAILED, "it refuses the connection", False),
        "unknown": (ReasonCode.HOST_UNKNOWN, "its name is not known", False),
    }  # fmt: skip
    assert {word.host for word in found if not word.is_last} == {"refusing", "unknown"}


def test_behind_a_proxy_nobody_is_asked(places, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    url = f"http://forge.example.org:{places['refusing']}/"
    assert list(reach.reach("forge.example.org", url, "stackrank")) == [Reach("forge.example.org")]


def test_a_host_has_as_many_lanes_as_are_stated_and_every_source_is_in_one():
    sources = [on("a.org", f"bird{n}") for n in range(5)]
    groups = groups_of([*sources, on("b.org", "owl")], {"a.org": 2})
    assert [named(group) for group in groups] == [["bird0", "bird2", "bird4"], ["bird1", "bird3"], ["owl"]]
    waiting = HostQueue(groups, clock=Clock())
    for host in ("a.org", "b.org"):
        waiting.hear(Reach(host))
    first, second, third = (waiting.take() for _ in range(3))
    assert third.hosts == {"b.org"}
    waiting.finish(first, Outcome(resting=frozenset({"a.org"})))
    waiting.finish(second, Outcome(is_retried=True))
    assert waiting.waiting == [], "a host that wants peace has it in all lanes"


def test_another_kind_takes_a_lane_and_adds_none():
    waiting = HostQueue(
        groups_of([on("a.org", "x"), on("a.org", "y"), on("a.org", "l", "pipermail")], {"a.org": 2}), clock=Clock()
    )
    waiting.hear(Reach("a.org"))
    assert [named(waiting.take()), named(waiting.take()), waiting.take()] == [["x"], ["y"], None]


def test_one_spider_gets_no_more_names_than_a_command_takes(monkeypatch):
    monkeypatch.setattr(hosts, "MOST_SOURCES", 2)
    waiting = heard(*(on("a.org", f"bird{n}") for n in range(5)))
    first = waiting.take()
    assert (named(first), waiting.take()) == (["bird0", "bird1"], None)
    waiting.finish(first, Outcome())
    assert named(waiting.take()) == ["bird2", "bird3"]
