"""The command `calibrate`."""

import argparse

from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from pipelines.folders import folders

HELP = "refit the frozen constants of the ranking on the database, and change nothing"


def add(_: argparse.ArgumentParser) -> None:
    """Add no argument."""


def run(_: argparse.Namespace) -> int:
    """Print each refitted constant beside the frozen one, the check of the halves, and what would change."""
    from flows.audit_text import format_audit
    from pipelines.ranking.audit import audit
    from pipelines.warehouse.query import NoDatabaseError, open_database

    try:
        with open_database(folders().database) as database:
            print("\n".join(format_audit(audit(database.ask))))
    except NoDatabaseError as error:
        raise UsageError(error) from None
    return ALL_WELL
