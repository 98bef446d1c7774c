"""Collect git repositories: ask for those of each source, and land their commits and tags.

A unit is a repository, its name is `owner/name`. `git_download` fetches, `git_log` and `git_tags` read the clone.
"""

import json
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import scrapy
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from pipelines.catalogue.urls import repository_url, unit_of
from pipelines.landing import set_aside
from pipelines.landing.harvest import Harvest
from pipelines.landing.schemas import COMMITS
from pipelines.landing.stored import latest_hash, unit_file
from pipelines.model import ReasonCode, Source, Verdict, Visit
from pipelines.privacy.pseudonyms import redact
from spiders.code.assertions import GIT
from spiders.code.git_answers import GitError
from spiders.code.git_tags import tags
from spiders.code.project_list import repositories
from spiders.core.base import SourceSpider
from spiders.core.budget import HostPausedError
from spiders.core.pages import reader_error
from spiders.core.responses import DOWNLOAD_ERRORS, download_error
from spiders.core.verdicts import CODES, MAX_REASON, NoPageError
from spiders.readers import VERSIONS

LARGEST_LIST = 8 << 20


class GitSpider(SourceSpider):
    """Fetches each repository and lands its commits whenever head, tags, key or reader changed."""

    name = "git"
    kind = "git"
    reader = VERSIONS["git"]
    assertions = GIT

    async def start(self) -> AsyncIterator[Any]:
        """Ask for each repository that a source names, then for the lists of those that name none."""
        for source in self.sources:
            for request in self._requests(source, source.urls):
                yield request
        for source in self.sources:
            if source.urls_from:
                yield scrapy.Request(
                    source.urls_from,
                    callback=self.parse_projects,
                    errback=self.projects_failed,
                    cb_kwargs={"source": source},
                    meta={"source": source, "download_maxsize": LARGEST_LIST},
                )

    def _requests(self, source: Source, urls: Iterable[str]) -> Iterator[scrapy.Request]:
        urls_of = {unit_of(url): url for url in urls}
        for unit in self.plan_requests(source, urls_of) if urls_of else ():
            yield scrapy.Request(
                urls_of[unit],
                callback=self.parse,
                errback=self.failed,
                dont_filter=True,
                cb_kwargs={"source": source, "unit": unit},
                meta={
                    "clone": str(self.clone(source, unit)),
                    "dont_obey_robotstxt": True,
                    "dont_retry": True,
                },
            )

    def clone(self, source: Source, unit: str) -> Path:
        """Return where the bare repository of a unit lives; below `clones` no symbolic link is followed."""
        return self.folders.clones.resolve() / source.community / source.name / f"{unit}.git"

    def parse_projects(self, response: Response, source: Source) -> Iterator[Any]:
        """Ask for each repository of the governance file that no source names by itself."""
        try:
            names = repositories(response.body)
        except ValueError as wrong:
            yield self.failed_visit(source, "", response.url, ReasonCode.UNEXPECTED_ANSWER, str(wrong))
            return
        named = {unit_of(url) for s in self.declared if s.community == source.community for url in s.urls}
        urls = []
        for name in names:
            try:
                url = repository_url(source.url_template or "", name)
            except ValueError as refusal:
                shown = redact(name)[:200]
                yield self.visit(source, shown, response.url, Verdict.REFUSED, reason=redact(str(refusal)))
                continue
            if unit_of(url) not in named:
                urls.append(url)
        yield from self._requests(source, urls)

    def projects_failed(self, failure: Failure) -> Visit:
        """Say that the list of repositories could not be had."""
        source: Source = failure.request.meta["source"]  # type: ignore[attr-defined]
        code, problem = _list_problem(failure.value)
        reason = redact(f"the list of repositories: {problem}")[:MAX_REASON]
        return self.visit(source, "", source.urls_from or "", Verdict.FAILED, reason=reason, reason_code=code)

    def parse(self, response: Response, source: Source, unit: str) -> Iterator[Any]:
        """Yield a harvest, or only a visit where there is nothing new to read."""
        state = json.loads(response.body)
        facts = {"checksum": state["checksum"], "note": state["note"]}
        held = self.stored_visit(source, unit)
        if state["head"] is None and held:
            reason = "the repository is empty now: the earlier history is kept"
            yield self.visit(source, unit, response.url, Verdict.SHRUNK, reason=reason, **facts)
        elif state["head"] is None:
            yield self.visit(source, unit, response.url, Verdict.EMPTY, observations=0, **facts)
        elif held and self._same(held, state["checksum"]):
            facts |= {"observations": held.observations, "seconds": state["seconds"]}
            yield self.visit(source, unit, response.url, Verdict.UNCHANGED, **facts)
        else:
            visit = self.visit(source, unit, response.url, Verdict.OK, **facts)
            try:
                yield self._harvest(visit, self.clone(source, unit), state["seconds"])
            except OSError as error:
                self.discard(self.clone(source, unit), str(error))
                yield replace(visit, verdict=Verdict.FAILED, reason=redact(str(error))[:300])
            except Exception as error:  # noqa: BLE001  (a mistake of ours is no reason to lose the other units)
                yield replace(
                    visit, verdict=Verdict.FAILED, reason_code=ReasonCode.READER_ERROR, reason=reader_error(error)
                )

    def _harvest(self, visit: Visit, clone: Path, seconds: float) -> Harvest:
        """Return all that is in a clone; raises OSError where it is no history."""
        from pipelines.rules.bots_commits import load_commit_bots
        from spiders.code.git_log import check_head, commits, log, plausible_times, with_notes

        check_head(clone)
        notes: list[str] = []
        newest = latest_hash(unit_file(self.folders.observations, visit))
        window = plausible_times(self.born[visit.community], visit.seen_at)
        lists = self.list_addresses(visit.community)
        batches = self._or_discard(clone, commits(log(clone), self.pseudonyms, load_commit_bots(), lists))
        return Harvest(
            visit=visit,
            fetched_in=seconds,
            schema=COMMITS,
            batches=with_notes(batches, newest, window, notes),
            tags=tags(clone),
            notes=notes,
        )

    def _same(self, held: Visit, checksum: str) -> bool:
        now = (checksum, self.reader, self.pseudonyms.key_id)
        return (held.checksum, held.reader, held.key_id) == now

    def failed(self, failure: Failure) -> Visit | None:
        """Turn a failed fetch into its visit; None where the host was not asked at all."""
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        known = request.cb_kwargs
        if isinstance(error, HostPausedError):
            self.defer(known["source"], known["unit"], str(error))
            return None
        source, unit = known["source"], known["unit"]
        if isinstance(error, GitError):
            reason = redact(str(error))[:MAX_REASON]
            return self.visit(source, unit, request.url, error.verdict, reason=reason, reason_code=error.code)
        return self.failed_visit(source, unit, request.url, ReasonCode.READER_ERROR, reader_error(error))

    def _or_discard(self, clone: Path, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Pass batches on; discard a clone that cannot be read, so that the next visit makes it anew."""
        try:
            yield from batches
        except (OSError, ValueError) as error:
            self.discard(clone, str(error))
            raise

    def discard(self, clone: Path, reason: str) -> None:
        """Set a clone aside that cannot be read. Of a repository one is enough: a hostile host could fill the disk."""
        if set_aside.has(self.folders, clone):
            shutil.rmtree(clone)
        else:
            set_aside.move(self.folders, clone, redact(reason)[:MAX_REASON])


def _list_problem(error: BaseException | None) -> tuple[ReasonCode, str]:
    """Return why a list of repositories could not be had."""
    if isinstance(error, HttpError):
        return CODES.get(error.response.status, ReasonCode.HTTP_ERROR), f"answered {error.response.status}"
    if isinstance(error, IgnoreRequest):
        return ReasonCode.ROBOTS_TXT, str(error)
    if isinstance(error, NoPageError):
        return error.code, str(error)
    if isinstance(error, tuple(DOWNLOAD_ERRORS)):
        found = download_error(error)
        return found.code, str(found)
    return ReasonCode.READER_ERROR, reader_error(error)
