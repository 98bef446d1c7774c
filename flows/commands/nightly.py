"""The command `nightly`."""

import argparse

from flows import contact
from flows.commands.checks import check_key, check_rules, refuse_demo_folder
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders

HELP = "collect, build and report once, as a Prefect flow"


def add(_: argparse.ArgumentParser) -> None:
    """Add no argument."""


def run(_: argparse.Namespace) -> int:
    """Do the nightly run once."""
    from flows.run import run_nightly

    check_ready()
    return run_nightly()


def check_ready() -> None:
    """Refuse a nightly run that cannot go well: raises UsageError, WrongFileError, NoContactError."""
    refuse_demo_folder()
    check_rules()
    declared = load_catalogue(folders().communities)
    contact.require_contact(source for community in declared for source in community.sources if source.visited)
    check_key()
