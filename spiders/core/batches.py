"""Count the messages of a unit as they are written, and note what differs from the archive's own number."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from pipelines.model import ReasonCode
from spiders.core.verdicts import UnreadableError


def check_batches(
    batches: Iterable[pa.RecordBatch], total: int | None, notes: list[str], settled_before: int | None = None
) -> Iterator[pa.RecordBatch]:
    """Pass batches of MESSAGES on; after the last one, append to `notes` what a person should know of their number.

    `total` is the archive's own number, `settled_before` the number stored of a settled month (None:
    unknown). Raises UnreadableError where no part could be read as a message.
    """
    read = quarantined = 0
    for batch in batches:
        read += batch.num_rows
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
