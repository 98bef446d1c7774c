"""The command `nightly`."""

import argparse

from flows import contact
from flows.cluster import settings
from flows.commands.checks import check_key, check_rules, refuse_demo_folder
from flows.exit_status import ALL_WELL
from pipelines.catalogue.load import load_catalogue
from pipelines.folders import folders
from pipelines.model import Source

HELP = "collect, build and report once, as a Prefect flow"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the argument."""
    parser.add_argument("--dry-run", action="store_true", help="only print which hosts, sources and units would be "
                        "asked")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Do the nightly run once, or say what it would ask."""
    if arguments.dry_run:
        return _print_dry_run()
    from flows.run import run_nightly

    check_ready()
    return run_nightly()


def _print_dry_run() -> int:
    from flows.dry_run import format_dry_run

    refuse_demo_folder()
    check_rules()
    print("\n".join(format_dry_run(folders(), _declared())))
    return ALL_WELL


def check_ready() -> None:
    """Refuse a nightly run that cannot go well: raises one of `flows.failures.REFUSALS`."""
    settings.check_cluster()
    refuse_demo_folder()
    check_rules()
    contact.require_contact(source for source in _declared() if source.visited)
    check_key()


def _declared() -> list[Source]:
    return [source for community in load_catalogue(folders().communities) for source in community.sources]
