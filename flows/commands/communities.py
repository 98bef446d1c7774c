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
    """Print the catalogue; raise WrongFileError for a mistake in a file that people write."""
    print(catalogue_table(load_catalogue(folders().communities)))
    check_rules()
    return ALL_WELL
