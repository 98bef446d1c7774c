"""The command `collect`."""

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows import contact, locks
from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.urls import MAILBOX
from pipelines.folders import folders
from pipelines.model import BY_HAND, Source

if TYPE_CHECKING:
    from flows.collect import Collected
from flows.commands.checks import UsageError, check_key, check_rules, find_damage, refuse_demo_folder
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED, SOMETHING_FAILED


def _collect(chosen: argparse.Namespace) -> int:
    from flows import damage, progress
    from flows.collect import collect

    where = folders()
    refuse_demo_folder()
    check_key()
    check_rules()
    declared = {s.id: s for c in load_catalogue(where.communities) for s in c.sources}
    if chosen.mbox or chosen.pages or chosen.reread:
        return _collect_here(chosen, declared)
    named = [*chosen.sources, *filter(None, [chosen.source])]
    sources, since = _chosen(declared, named), datetime.now(UTC).replace(microsecond=0)
    contact.check(sources)
    with locks.single_run(where, "stackrank collect"), progress.shown(where, sources, chosen.unit, since):
        for line in damage.said_before(damage.find(where, declared.values())):
            print(line, file=sys.stderr)
        collected = collect(where, sources, chosen.unit)
    return _told(collected)


def _collect_here(chosen: argparse.Namespace, declared: dict[str, Source]) -> int:
    """Read a mailbox, saved pages, or kept pages again: what lies on this machine already."""
    from flows.collect import collect_given, reread

    where = folders()
    given = chosen.pages or chosen.mbox
    if chosen.unit or (chosen.reread and (given or chosen.source)) or (given and chosen.sources) or (
        chosen.pages and chosen.mbox
    ):  # fmt: skip
        raise UsageError("--mbox goes with --source only, so does --pages, and --reread with names of sources only")
    if chosen.reread:
        sources = _chosen(declared, chosen.sources)
        with locks.single_run(where, "stackrank collect"):
            return _told(reread(where, sources))
    option, what = ("--pages", "a saved page") if chosen.pages else ("--mbox", "a mailbox")
    kinds = sorted(BY_HAND) if chosen.pages else [MAILBOX]
    if not chosen.source:
        raise UsageError(f"{what} and its source are needed: {option} PATH --source community/name")
    source = declared.get(chosen.source)
    if source is None or source.kind not in kinds or not source.enabled:
        named = " or ".join(kinds)
        raise UsageError(f"--source: {chosen.source} is no source of kind {named}; see: stackrank communities")
    if not given.exists():
        raise UsageError(f"{option}: {given} is neither a file nor a folder")
    try:
        with locks.single_run(where, "stackrank collect"):
            return _told(collect_given(where, source, given))
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _told(collected: "Collected") -> int:
    """Print the account of what was collected; return the exit status."""
    from flows import summary

    where = folders()
    damaged = find_damage()
    for trouble in summary.format_problems([*damaged, *summary.of_visits(collected, where)]):
        print(trouble, file=sys.stderr)
    print(summary.counts(collected))
    if collected.complaints and not collected.good:
        return NOTHING_PUBLISHED
    return SOMETHING_FAILED if collected.complaints or damaged else ALL_WELL


def _chosen(declared: dict[str, Source], names: list[str]) -> list[Source]:
    for name in names:
        if name not in declared:
            raise UsageError(f"no source is called {name}; see: stackrank communities")
        if not declared[name].enabled:
            raise UsageError(f"{name} is switched off; set enabled = true in its community file")
        if not declared[name].reachable:
            raise UsageError(f"{name} cannot be visited; what somebody has of it: stackrank collect --mbox, --pages")
    return [s for s in declared.values() if (s.id in names if names else s.visited)]
