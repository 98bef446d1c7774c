"""The command `sql`."""

import argparse
import sys

from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from pipelines.folders import folders

HELP = "ask the database one question, read-only"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("question", help="one SQL statement of DuckDB; - reads it from standard input")
    parser.add_argument("--format", choices=("table", "csv", "json"), default="table", help="how to print the answer")


def run(arguments: argparse.Namespace) -> int:
    """Print the answer to a question."""
    from pipelines.warehouse.query import NoDatabaseError, QuestionError, answer

    question = sys.stdin.read() if arguments.question == "-" else arguments.question
    try:
        sys.stdout.write(answer(folders().database, question, arguments.format))
    except (NoDatabaseError, QuestionError) as error:
        raise UsageError(error) from None
    return ALL_WELL
