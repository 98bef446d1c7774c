"""Say of which format a data folder is, what the next run reads again, and how long that takes."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from flows.findings import NOTE, OK, Finding, shorten_list
from pipelines.catalogue import count_pages
from pipelines.files import FORMAT
from pipelines.folders import CHECKOUT, Folders
from pipelines.landing.stored import stored_visits
from pipelines.model import Source, Visit
from pipelines.privacy import key_file

SUBJECT = "format"


def upgrade(where: Folders, sources: Sequence[Source]) -> Iterator[Finding]:
    """Say what the next run reads again: units of an earlier reader or of another key; nothing where none is held."""
    read = {(s.community, s.name) for s in sources if s.visited and s.kind not in count_pages.KINDS}
    held = [visit for key, visit in stored_visits(where.observations).items() if key[:2] in read]
    if not held:
        return
    old = list(_outdated(held))
    text = f"the files of this folder can be read (format {FORMAT})"
    if not old:
        yield Finding(OK, SUBJECT, f"{text}; the present readers have read all {len(held)} units")
        return
    readers = shorten_list([f"{reader} ({count})" for reader, count in sorted(Counter(old_readers(old)).items())])
    again = f"the next run reads {len(old)} of {len(held)} units again, which were read by {readers}"
    yield Finding(NOTE, SUBJECT, f"{text}; {again}; the last time that took {_duration(old)}")


def old_readers(visits: Sequence[Visit]) -> Iterator[str]:
    """Yield the reader of each visit, without the fingerprint of its rules."""
    return (visit.reader.partition("+")[0] if visit.reader else "a reader without a name" for visit in visits)


def _outdated(visits: Sequence[Visit]) -> Iterator[Visit]:
    key_id = key_file.present_key_id()
    readers = present_readers({visit.kind for visit in visits})
    for visit in visits:
        if visit.reader != readers[visit.kind] or (key_id and visit.key_id not in (None, key_id)):
            yield visit


def present_readers(kinds: Collection[str]) -> dict[str, str]:
    """Return the version of the reader that the spider of each kind has now, by a process that imports the spiders."""
    command = [sys.executable, "-m", "spiders.readers", *sorted(kinds)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def _duration(visits: Sequence[Visit]) -> str:
    """Return how long the last reading of all of them took."""
    seconds = sum(visit.seconds or 0 for visit in visits)
    return f"{seconds / 60:,.0f} minutes" if seconds >= 120 else f"{max(seconds, 1):,.0f} s"
