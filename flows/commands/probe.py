"""The command `probe`."""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from flows import contact, locks, names
from flows.commands.checks import UsageError, check_key, check_rules, refuse_demo_folder
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED, SOMETHING_FAILED
from pipelines.asserted import Asserted
from pipelines.catalogue.load import community_files, load_catalogue
from pipelines.catalogue.urls import MAILBOX
from pipelines.folders import Folders, folders, typed
from pipelines.model import Source

if TYPE_CHECKING:
    from flows.probe.run import Probed

HELP = "ask every source once, compare what comes with what is assumed, and store no counts"
LAST = "probe.json"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("what", nargs="?", metavar="COMMUNITY", help="a community, a community file, or community/name "
                        "of one source; shows its first rows too (default: all sources)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Ask the sources once, and print what was found; raise UsageError where there is none to ask."""
    refuse_demo_folder()
    check_key()
    check_rules()
    with _declared(folders(), arguments.what) as (where, name):
        named = _named([s for c in load_catalogue(where.communities) for s in c.sources], name)
        sources = [source for source in named if source.reachable and source.kind != MAILBOX]
        if not sources:
            of = name or "the catalogue"
            raise UsageError(f"no source of {of} can be asked. Nothing was done. See: {typed('communities')}")
        contact.require_contact(sources)
        if left := [source.id for source in named if source not in sources]:
            print(f"not asked, switched off or unreadable: {', '.join(left)}", file=sys.stderr)
        with locks.single_run(where, "stackrank probe"):
            return _probe(where, sources, shows_rows=name is not None, as_json=arguments.json)


def _probe(where: Folders, sources: Sequence[Source], *, shows_rows: bool, as_json: bool) -> int:
    from flows.probe import texts
    from flows.probe.run import probe

    asked_at = datetime.now(UTC)
    found = probe(where, sources)
    (where.data / LAST).write_text(whole := texts.as_json(found, asked_at))
    lines = [*texts.as_table(found), "", *texts.first_night_table(found)]
    print(whole if as_json else "\n".join([*lines, "", *texts.rows_table(found)] if shows_rows else lines))
    print(f"Nothing was counted. All of it is in {where.data / LAST}", file=sys.stderr)
    return exit_status(found)


def exit_status(found: "Sequence[Probed]") -> int:
    """Return 0 where all is as expected, 4 where no source was reached, else 3."""
    outcomes = [one.outcome for probed in found for one in probed.outcomes]
    if all(outcome == Asserted.NOT_REACHED for outcome in outcomes):
        return NOTHING_PUBLISHED
    return ALL_WELL if all(outcome == Asserted.AS_EXPECTED for outcome in outcomes) else SOMETHING_FAILED


@contextmanager
def _declared(where: Folders, what: str | None) -> Iterator[tuple[Folders, str | None]]:
    """Give the folders of the catalogue and the name in it; a file is put among the others, for as long as it takes."""
    file = Path(what or "")
    if file.suffix != ".toml":
        yield where, what
        return
    if not file.is_file():
        raise UsageError(f"{file} is no community file. Nothing was done.")
    with TemporaryDirectory() as folder:
        for other in community_files(where.communities):
            shutil.copy(other, folder)
        shutil.copy(file, folder)
        yield replace(where, communities=Path(folder)), file.stem


def _named(declared: Sequence[Source], name: str | None) -> list[Source]:
    """Return all sources, those of a community, or one; raises UsageError where nothing has the name."""
    if name is not None:
        known = [*dict.fromkeys(source.community for source in declared), *(source.id for source in declared)]
        names.check_name(name, known, "community and no source", "communities")
    return [source for source in declared if name in (None, source.community, source.id)]
