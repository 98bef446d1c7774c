"""What a run shows while it goes on, and the one screen at its end."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime

from support.builders import RUN, visited

from flows import progress, summary
from flows.results import CollectResult
from flows.show_progress import show_progress
from pipelines.folders import Folders
from pipelines.landing.visits import log_visit, save_plan, visit_to_json
from pipelines.model import Plan, Source, Verdict


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_tells_done_failed_and_waiting_by_host(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "110")
    monkeypatch.setenv("TERM", "xterm")
    where = Folders(tmp_path, tmp_path, tmp_path)
    urls = ("git+https://forge.example.org/birds/a", "git+https://forge.example.org/birds/b",
            "git+https://example.net/birds/c", "git+file://localhost/srv/birds/d")  # fmt: skip
    source = Source("birds", "core", "git", urls, date(2024, 1, 1), "")
    plain, terminal = io.StringIO(), Terminal()
    log_visit(where.visits, visited("birds/c", Verdict.OK, 5, run="another"))
    with (
        show_progress(where, [source], (), RUN, plain),
        show_progress(where, [source], (), RUN, terminal),
    ):
        log_visit(where.visits, visited("birds/a", Verdict.FAILED, 1, reason="no such host"))
        log_visit(where.visits, visited("birds/b", Verdict.OK, 2, seconds=1.25))
        log_visit(where.visits, visited("birds/a", Verdict.OK, 3))
        log_visit(where.visits, visited("birds/new", Verdict.GONE, 4, reason="404"))
    assert plain.getvalue().splitlines() == [
        "birds/core birds/a: failed: no such host",
        "birds/core birds/new: gone: 404",
        "birds/core: 2 fetched, 1 failed",
    ]
    last = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", terminal.getvalue().rpartition("collect")[2])
    assert re.search(r"3/5 +1 failed, \d+\.\d/s, \d:\d\d:\d\d left +waiting: 1 at example.net, 1 at t", last), last


def test_progress_counts_what_a_list_names_and_what_is_left_for_another_night(tmp_path):
    where, stream = Folders(tmp_path, tmp_path, tmp_path), io.StringIO()
    since = datetime(2026, 3, 20, 3, tzinfo=UTC)
    source = Source("birds", "core", "git", (), date(2024, 1, 1), "", urls_from="https://example.org/projects.yaml",
                    url_template="git+https://forge.example.org/{repository}")  # fmt: skip
    old = Plan("birds", "core", since, ("birds/old",))
    save_plan(where.visits, old)
    with show_progress(where, [source], (), RUN, stream):
        units = ("birds/a", "birds/b", "birds/c")
        save_plan(where.visits, replace(old, run=RUN, units=units, deferred=units[2:]))
        log_visit(where.visits, visited("birds/a", Verdict.OK, 1))
    assert stream.getvalue() == "birds/core: 1 fetched, 0 failed, 1 deferred to the next run\n"


def test_progress_reads_each_line_once_and_no_half_line(tmp_path):
    tail = progress.Tail(tmp_path, {"birds/core"}, RUN)
    assert tail.new_visits() == []
    log_visit(tmp_path, visited("birds/a", Verdict.OK, 1))
    assert [visit.unit for visit in tail.new_visits()] == ["birds/a"]
    (file,) = tmp_path.rglob("*.jsonl")
    line = visit_to_json(visited("birds/b", Verdict.OK, 2)).encode() + b"\n"
    for part, found in ((line[:30], []), (line[30:], ["birds/b"]), (b"", [])):
        with file.open("ab") as more:
            more.write(part)
        assert [visit.unit for visit in tail.new_visits()] == found


def test_a_large_failure_still_fits_one_screen(tmp_path):
    where = Folders(tmp_path, tmp_path / "communities", tmp_path)
    verdicts = (Verdict.FAILED, Verdict.GONE, Verdict.REFUSED, Verdict.SHRUNK)
    visits = tuple(
        replace(visited(f"birds/{number}", verdict, reason="because " * 40), community=f"birds{group}")
        for group in range(3) for verdict in verdicts for number in range(50)
    )  # fmt: skip
    plan = Plan(
        "birds8",
        "core",
        datetime(2026, 3, 20, tzinfo=UTC),
        ("birds/a", "birds/b", "birds/c"),
        ("birds/b", "birds/c"),
        "later",
    )
    collected = CollectResult(visits, ("birds9/core birds/silent",), (plan,))
    problems = summary.visit_problems(collected, where)
    lines = summary.render(collected, problems, None, up_to_date=False).splitlines()
    assert len(lines) <= 24
    assert max(len(line) for line in lines if line.startswith("failed")) <= summary.WIDTH
    assert lines[0] == "0 fetched, 601 failed, 2 deferred to the next run"
    assert lines[1].startswith("failed: birds0/core: birds/0, birds/1, birds/10 and 47 more: failed: because because")
    assert lines[-2] == "and 8 more problems; to see all: uv run stackrank status"
    assert {p.fix.split(" ")[0] for p in problems} == {"the", "if", "check", "uv"}
    assert problems[-1].fix == "uv run stackrank collect birds9/core"


def test_units_that_failed_for_different_reasons_are_told_apart(tmp_path):
    where = Folders(tmp_path, tmp_path / "communities", tmp_path)
    reasons = {
        "birds/a": "the connection broke off",
        "birds/b": "it answers with a page",
        "birds/c": "it answers with a page",
    }
    visits = tuple(visited(unit, Verdict.FAILED, reason=reason) for unit, reason in reasons.items())
    assert [problem.what for problem in summary.visit_problems(CollectResult(visits, ()), where)] == [
        "birds/core: birds/b, birds/c: failed: it answers with a page",
        "birds/core: birds/a: failed: the connection broke off",
    ]
