"""The command `doctor`."""

import argparse
from datetime import UTC, datetime

from flows.exit_status import ALL_WELL, SOMETHING_FAILED
from pipelines.folders import folders

HELP = "check whether this machine can do the nightly run, and say what to fix"


def add(_: argparse.ArgumentParser) -> None:
    """Add no argument."""


def run(_: argparse.Namespace) -> int:
    """Print the findings, one a line."""
    from flows import doctor

    findings = doctor.examine(folders(), datetime.now(UTC))
    print("\n".join(map(str, findings)))
    return SOMETHING_FAILED if any(finding.state == doctor.BAD for finding in findings) else ALL_WELL
