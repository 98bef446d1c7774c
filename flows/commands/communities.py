"""The command `communities`."""

import argparse

from flows.commands.checks import check_rules
from flows.exit_status import ALL_WELL
from pipelines.catalogue.listing import catalogue_table
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders

HELP = "print the catalogue as a table"


def add(_: argparse.ArgumentParser) -> None:
    """Add no argument."""


def run(_: argparse.Namespace) -> int:
    """Print the catalogue and what is held beside it; raise WrongFileError for a mistake in a file of people."""
    where = folders()
    declared = load_catalogue(where.communities)
    print(catalogue_table(declared))
    if where.observations.exists():
        from pipelines.landing.undeclared import find_undeclared

        for found in find_undeclared(where, declared):
            print(f"note: {found}")
    check_rules()
    return ALL_WELL
