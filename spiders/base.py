"""What every spider shares: which sources to visit, what we hold of them, one run at a time."""

import fcntl
import json
import os
import signal
import threading
from contextlib import suppress
from datetime import UTC, datetime
from time import sleep
from typing import IO, Any, ClassVar, Self

import scrapy
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from pipelines import communities, landing, pseudonyms
from pipelines.folders import folders
from pipelines.nouns import Source, Verdict, Visit

TRIES_FOR_A_LOCK = 30
GROUPS: set[int] = set()
"""The process groups that this process has started and that still run, each by its leader."""


class SourceSpider(scrapy.Spider):
    """A spider of one kind of source; `-a sources=a/x,b/y -a units=u,v` limits what it visits.

    Every unit ends in exactly one visit, whatever happens to it.
    """

    kind: ClassVar[str]
    reader: ClassVar[str]

    def __init__(self, sources: str = "", units: str = "", **arguments: Any) -> None:
        super().__init__(**arguments)
        self.folders = folders()
        self.wanted_units = frozenset(units.split(",")) if units else frozenset()
        self.pseudonyms = pseudonyms.load()
        self.held = landing.held(self.folders.observations)
        self._locks: list[IO[str]] = []
        chosen = self._chosen(frozenset(sources.split(",")) if sources else frozenset())
        self.sources = [source for source in chosen if self._lock(source)]

    def _chosen(self, names: frozenset[str]) -> list[Source]:
        self.declared = [s for c in communities.load(self.folders.communities) for s in c.sources]
        mine = [source for source in self.declared if source.kind == self.kind and source.enabled]
        return [source for source in mine if not names or source.id in names]

    def _lock(self, source: Source) -> bool:
        """Keep the source for this process until it ends; False, and said, if another one has it."""
        folder = self.folders.data / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / f"{source.community}.{source.name}").open("a+")
        if not _take(file):
            file.seek(0)
            self.logger.warning("%s is being collected already: %s", source.id, file.read().strip())
            return False
        file.truncate(0)
        file.write(json.dumps({"process": os.getpid(), "since": datetime.now(UTC).isoformat()}))
        file.flush()
        self._locks.append(file)
        return True

    def wanted(self, unit: str) -> bool:
        """Tell whether this run was asked for the unit."""
        return not self.wanted_units or unit in self.wanted_units

    def visit(self, source: Source, unit: str, url: str, verdict: Verdict, **facts: Any) -> Visit:
        """Return the visit that ends now."""
        return Visit(
            community=source.community,
            source=source.name,
            kind=self.kind,
            unit=unit,
            url=url,
            seen_at=datetime.now(UTC).replace(microsecond=0),
            verdict=verdict,
            reader=self.reader,
            key_id=self.pseudonyms.key_id,
            **facts,
        )


def _take(file: IO[str]) -> bool:
    """Lock the file, or tell that somebody else keeps it; the spider of a killed run needs a moment to end."""
    for _ in range(TRIES_FOR_A_LOCK):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sleep(0.1)
        else:
            return True
    return False


class EndsWithParent:
    """An extension that ends this process, and every group in GROUPS, when whoever started it is gone.

    It is on where `STACKRANK_PARENT_PIPE` names a pipe's descriptor: reading its end means that
    the other side has died, with kill -9 too.
    """

    def __init__(self, pipe: int) -> None:
        threading.Thread(target=self._watch, args=(pipe,), daemon=True).start()

    @classmethod
    def from_crawler(cls, _crawler: Crawler) -> Self:
        """Start watching, or raise NotConfigured where nobody asked for it."""
        pipe = os.environ.get("STACKRANK_PARENT_PIPE")
        if pipe is None:
            raise NotConfigured
        return cls(int(pipe))

    def _watch(self, pipe: int) -> None:
        os.read(pipe, 1)
        for group in tuple(GROUPS):
            with suppress(OSError):
                os.killpg(group, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
