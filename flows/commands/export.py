"""The command `export`."""

import argparse
import sys
from pathlib import Path

from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL, NOTHING_PUBLISHED
from pipelines.folders import folders

HELP = "write a database for publishing: months, rankings, coverage, releases and facts, no row about a person"
ENDING = ".duckdb"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "file", type=read_file, metavar="FILE", help="the DuckDB file to write, NAME.duckdb; an older one is replaced"
    )


def read_file(text: str) -> Path:
    """Read the name of a DuckDB file; raises ArgumentTypeError for another ending."""
    if not text.endswith(ENDING):
        raise argparse.ArgumentTypeError(f"{text!r} does not end in {ENDING}; export writes a DuckDB file")
    return Path(text)


def run(arguments: argparse.Namespace) -> int:
    """Write the file and print where it is."""
    from pipelines.warehouse.export import export_database
    from pipelines.warehouse.query import NoDatabaseError

    try:
        print(f"database: {export_database(folders().database, arguments.file)}")
    except NoDatabaseError as error:
        print(f"not written: {error}", file=sys.stderr)
        return NOTHING_PUBLISHED
    except ValueError as error:
        raise UsageError(error) from None
    return ALL_WELL
