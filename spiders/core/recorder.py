"""Record what a probe's spider gets, judge the assertions about it, and write the outcomes for the parent.

No body is written: pages that a run keeps are kept as a run keeps them, and of all others only facts stay.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from pipelines.landing.runs import current_run
from pipelines.landing.stored import unit_file
from pipelines.landing.visits import read_run
from pipelines.model import Source, Verdict, Visit
from spiders import settings
from spiders.core.recording import EXTRA, Answer, Recording, judge_all
from spiders.core.responses import header

RECORDINGS = "recordings"
KEPT_HEADERS = (
    "Content-Type", "Content-Encoding", "Content-Length", "ETag", "Last-Modified", "Retry-After", "Server",
    "X-RateLimit-Limit", "X-RateLimit-Remaining",
)  # fmt: skip
SHOWN_HEADERS = tuple(name.lower() for name in KEPT_HEADERS if name != "ETag")
COMMIT_COLUMNS = ("hash", "committed_at")


class Recorder:
    """The downloader middleware that records every answer, while a spider probes."""

    def __init__(self, crawler: Crawler) -> None:
        self.spider: Any = crawler.spider  # a SourceSpider
        if not getattr(self.spider, "probes", False):
            raise NotConfigured
        self.answers: dict[str, list[Answer]] = defaultdict(list)
        self.started: dict[Request, float] = {}
        crawler.signals.connect(self.write, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Serve this crawl; raises NotConfigured where it is no probe."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Note when a question begins."""
        self.started[request] = monotonic()

    def process_response(self, request: Request, response: Response) -> Response:
        """Record an answer, and pass it on."""
        body = response.body[: settings.MAX_PAGE]
        headers = {name.lower(): value for name in KEPT_HEADERS if (value := header(response, name))}
        headers |= {"link": link.decode("latin-1")} if (link := response.headers.get("Link")) else {}
        self._record(request, Answer(request.url, response.status, headers, body, size=len(response.body)))
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Record that no answer came; what our own rules forbid was never asked."""
        if not isinstance(exception, IgnoreRequest):
            self._record(request, Answer(request.url, 0, {}))

    def _record(self, request: Request, answer: Answer) -> None:
        source, unit = self._asked_for(request)
        seconds = monotonic() - self.started.pop(request, monotonic())
        answer = answer._replace(unit=unit, seconds=round(seconds, 3))
        if clone := request.meta.get("clone"):
            answer = _of_clone(answer, Path(clone))
        if request.url.startswith("http") or clone:
            self.answers[source.id if source else ""].append(answer)

    def _asked_for(self, request: Request) -> tuple[Source | None, str]:
        """Return the source and the unit of a question: it names them itself, or they have their turn."""
        if "source" in request.cb_kwargs:
            return request.cb_kwargs["source"], request.cb_kwargs.get("unit", "")
        return self.spider.walking, self.spider.asking

    def write(self) -> None:
        """Judge the assertions about each source and write the outcomes, a file for each source."""
        folder: Path = self.spider.folders.data / RECORDINGS
        folder.mkdir(exist_ok=True)
        visits = list(read_run(self.spider.folders.visits, current_run()))
        rows = {source.id: table for source in self.spider.sources if (table := self._commits(source, visits))}
        for source in self.spider.sources:
            recording = self._recording(source, visits, rows)
            (folder / f"{source.community}.{source.name}.json").write_text(json.dumps(self._facts(recording)))

    def _recording(self, source: Source, visits: list[Visit], rows: dict[str, pa.Table]) -> Recording:
        declared = [one for one in self.spider.declared if one.community == source.community]
        robots = [one for of in self.answers.values() for one in of if one.is_robots]
        own = [one for one in self.answers[source.id] if not one.is_robots]
        return Recording(source, [*robots, *own], _of_source(source, visits), declared, rows)

    def _commits(self, source: Source, visits: list[Visit]) -> pa.Table | None:
        """Return the hashes and times of the commits that a source brought; None where it brought none."""
        good = (visit for visit in _of_source(source, visits) if visit.verdict == Verdict.OK)
        files = [unit_file(self.spider.folders.observations, visit) for visit in good]
        found = [path for path in files if "hash" in pq.read_schema(path).names]
        tables = [pq.read_table(path, columns=list(COMMIT_COLUMNS)) for path in found]
        return pa.concat_tables(tables) if tables else None

    def _facts(self, recording: Recording) -> dict[str, Any]:
        outcomes = judge_all(self.spider.assertions, recording)
        return {
            "outcomes": [one._asdict() for one in outcomes],
            "answers": [_answer_facts(one) for one in recording.answers],
            "units": self.spider.due_units[recording.source.id],
            "per_night": self.spider.units_per_night(recording.source),
        }


def _of_source(source: Source, visits: list[Visit]) -> list[Visit]:
    return [visit for visit in visits if (visit.community, visit.source) == (source.community, source.name)]


def _answer_facts(answer: Answer) -> dict[str, Any]:
    """Return what is kept of an answer: no word of its body."""
    headers = {name: value for name, value in answer.headers.items() if name in SHOWN_HEADERS}
    facts = {key: getattr(answer, key) for key in ("url", "status", "unit", "size", "seconds", "requests")}
    return facts | {"headers": headers, "is_robots": answer.is_robots, "is_extra": answer.unit == EXTRA}


def _of_clone(answer: Answer, clone: Path) -> Answer:
    """Return the answer of git with the size of the clone, and the number of its requests."""
    size = sum(path.stat().st_size for path in _files(clone))
    requests = json.loads(answer.body).get("requests", 0) if answer.is_good else 0
    return answer._replace(size=size, requests=requests or 1)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
