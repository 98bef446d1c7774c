"""The command `cluster-check`."""

import argparse

from flows.commands.doctor import print_findings
from pipelines.folders import folders

HELP = "check store, scheduler and workers of a cluster, and say what to do"


def add(_: argparse.ArgumentParser) -> None:
    """Add no argument."""


def run(_: argparse.Namespace) -> int:
    """Print the findings, one a line."""
    from flows.cluster import check

    return print_findings(check.examine(folders()))
