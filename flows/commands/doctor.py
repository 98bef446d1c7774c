"""The command `doctor`."""

import argparse
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

    findings = doctor.examine(folders(), datetime.now(UTC))
    print("\n".join(map(_paint, findings)))
    return SOMETHING_FAILED if any(finding.state == BAD for finding in findings) else ALL_WELL


def _paint(finding: Finding) -> str:
    line, width = str(finding), 4
    return colour.paint(line[:width], COLOURS[finding.state]) + line[width:]
