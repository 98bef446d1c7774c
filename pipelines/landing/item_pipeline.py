"""The item pipeline that Scrapy calls for every harvest and visit."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Self

from pipelines.folders import Folders, folders
from pipelines.landing.harvest import Harvest, check_empty, land
from pipelines.landing.outbox import Outbox
from pipelines.landing.runs import current_run
from pipelines.landing.visits import log_visit
from pipelines.model import Visit

READERS = min(max(os.cpu_count() or 1, 2), 8)
"""How many harvests land at a time: one for each core, within bounds of memory."""


class Landing:
    """The item pipeline that Scrapy calls: lands harvests and logs visits, each with the id of the run."""

    def __init__(self, where: Folders) -> None:
        self.where = where
        self.run = current_run()
        self.threads = ThreadPoolExecutor(READERS, thread_name_prefix="landing")
        self.outbox = Outbox(where)

    @classmethod
    def from_crawler(cls, _crawler: object) -> Self:
        """Land in the data folder of this installation."""
        return cls(folders())

    async def process_item(self, item: Harvest | Visit) -> Visit:
        """Land a harvest beside the event loop; return the visit as it was logged."""
        loop = asyncio.get_running_loop()
        if isinstance(item, Harvest):
            harvest = replace(item, visit=replace(item.visit, run=self.run))
            return await loop.run_in_executor(self.threads, self._land, harvest)
        visit = check_empty(self.where, replace(item, run=self.run))
        log_visit(self.where.visits, visit)
        if self.outbox.is_shared:
            await loop.run_in_executor(self.threads, self.outbox.send, visit)
        return visit

    def _land(self, harvest: Harvest) -> Visit:
        visit = land(self.where, harvest)
        self.outbox.send(visit)
        return visit

    def close_spider(self) -> None:
        """Wait for the last harvest."""
        self.threads.shutdown()
