"""The command `doctor`."""

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime

from flows import colour
from flows.exit_status import ALL_WELL, SOMETHING_FAILED
from flows.findings import BAD, NOTE, OK, Finding
from pipelines.folders import folders

COLOURS = {OK: colour.GREEN, NOTE: colour.YELLOW, BAD: colour.RED}
HELP = "check whether this machine can do the nightly run, and say what to fix"


def add(_: argparse.ArgumentParser) -> None:
    """Add no argument."""


def run(_: argparse.Namespace) -> int:
    """Print the findings, one a line."""
    from flows import doctor

    return print_findings(doctor.examine(folders(), datetime.now(UTC)))


def print_findings(findings: Iterable[Finding]) -> int:
    """Print what was found, one a line; return the exit status."""
    found = list(findings)
    print("\n".join(map(_paint, found)))
    return SOMETHING_FAILED if any(finding.state == BAD for finding in found) else ALL_WELL


def _paint(finding: Finding) -> str:
    line, width = str(finding), 4
    return colour.paint(line[:width], COLOURS[finding.state]) + line[width:]
