"""What every spider shares: which sources to visit, what we hold of them, one run at a time."""

import fcntl
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Self

import scrapy
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider

from pipelines import communities, landing, pseudonyms
from pipelines.folders import folders
from pipelines.nouns import Source, Verdict, Visit


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
        self.sources = self._chosen(frozenset(sources.split(",")) if sources else frozenset())
        self.pseudonyms = pseudonyms.load()
        self.held = landing.held(self.folders.observations)
        self._locks = [_lock(self.folders.data / "locks", source) for source in self.sources]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Build the spider, turning a refusal to start into Scrapy's own word for it."""
        try:
            return super().from_crawler(crawler, *args, **kwargs)
        except (communities.CatalogueError, pseudonyms.KeyRefusedError) as refusal:
            raise CloseSpider(str(refusal)) from refusal

    def _chosen(self, names: frozenset[str]) -> list[Source]:
        declared = [s for c in communities.load(self.folders.communities) for s in c.sources]
        mine = [source for source in declared if source.kind == self.kind and source.enabled]
        return [source for source in mine if not names or source.id in names]

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


def _lock(folder: Path, source: Source) -> Callable[[], None]:
    """Keep the source for this process until it ends; raises CloseSpider if another one has it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / f"{source.community}.{source.name}").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        raise CloseSpider(f"{source.id} is being collected already: {file.read().strip()}") from None
    file.truncate(0)
    file.write(json.dumps({"process": os.getpid(), "since": datetime.now(UTC).isoformat()}))
    file.flush()
    return file.close
