"""Send each unit to the shared store as soon as it has landed; what the store does not take waits in the folder."""

import logging
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING

from pipelines.folders import Folders
from pipelines.landing.store import StoreError, is_shared, open_store
from pipelines.model import Visit

if TYPE_CHECKING:
    from pipelines.landing.mirror import Mirror

logger = logging.getLogger(__name__)
REST = 60.0
"""For so many seconds a store that has failed is left alone: the units that land meanwhile go at the end."""
LOG_EVERY = 10.0
"""Files of visits grow by a line a unit and are sent whole: no more often than after so many seconds."""


class Outbox:
    """What one spider lands, on its way to the store."""

    def __init__(self, where: Folders) -> None:
        self.where, self.is_shared = where, is_shared(where)
        self.failed_at = self.logged_at = float("-inf")

    def send(self, visit: Visit) -> None:
        """Send a unit, and from time to time its file of visits; warn where the store fails."""
        if not self.is_shared or monotonic() - self.failed_at < REST:
            return
        try:
            self._send(visit)
        except StoreError as error:
            self.failed_at = monotonic()
            logger.warning("%s; what lands now is sent later", error)

    @cached_property
    def _mirror(self) -> "Mirror":
        """The way to the store, opened with the first unit: a client of S3 takes longer to make than a unit to send."""
        from pipelines.landing.mirror import Mirror

        return Mirror(self.where, open_store(self.where))

    def _send(self, visit: Visit) -> None:
        self._mirror.send_unit(visit)
        if monotonic() - self.logged_at > LOG_EVERY:
            self.logged_at = monotonic()
            self._mirror.send_visits(visit)
