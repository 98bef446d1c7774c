"""Count the messages of a unit as they are written, and note what differs from the archive's own number."""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.model import ReasonCode
from spiders.core.verdicts import UnreadableError


def check_batches(
    batches: Iterable[pa.RecordBatch], total: int | None, notes: list[str], settled_before: int | None = None
) -> Iterator[pa.RecordBatch]:
    """Pass batches of MESSAGES on; after the last one, append to `notes` what a person should know of their number.

    `total` is the archive's own number, `settled_before` the number stored of a settled month (None:
    unknown). Raises UnreadableError where no part could be read as a message.
    """
    read = quarantined = passed = 0
    for batch in batches:
        read += batch.num_rows
        passed += pc.sum(batch["passed_borders"]).as_py() or 0
        quarantined += batch.num_rows - batch["quarantine"].null_count
        yield batch
    if read and read == quarantined:
        raise UnreadableError(ReasonCode.NOT_MAIL, f"nothing of it could be read as a message, {read:,} parts")
    if total is not None and total != read:
        notes.append(f"the archive says {total:,} messages, {read:,} were read")
    if settled_before is not None and read > settled_before:
        notes.append(f"the month was settled and has grown from {settled_before:,} to {read:,}")
    if quarantined:
        notes.append(f"{quarantined:,} could not be read as messages")
    if passed:
        notes.append(f"lines that look like the border before a message, and were not taken for one: {passed:,}")
