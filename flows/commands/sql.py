"""The command `sql`."""

import argparse
import re
import shutil
import sys
from pathlib import Path

from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from flows.serving.limits import limited_addresses
from pipelines.folders import folders, typed

HELP = "ask the database one question, read-only"
FORMS = ("table", "csv", "json", "jsonl")
MOST_SECONDS = 86_400
UNITS = {"MB": 1_000_000, "GB": 1_000_000_000}
OUR_ADDRESSES = 3_000_000_000
"""Bytes of addresses that threads and files take, besides the memory of an answer."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("question", nargs="?", help="one SQL statement of DuckDB; - reads it from standard input")
    parser.add_argument(
        "--tables",
        nargs="?",
        const="",
        metavar="TABLE",
        help="list the tables, and what a row of each is; of one table, such as metrics.monthly, its columns",
    )
    parser.add_argument("--database", type=Path, metavar="FILE", help="ask this file: one that export wrote, or the "
                        "data/stackrank.duckdb of a site (default: the working database)")  # fmt: skip
    parser.add_argument("--format", choices=FORMS, default="table", help="how to print the answer (default: table)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write the answer to a file, by its ending: .csv, "
                        ".json, .jsonl or .parquet")  # fmt: skip
    parser.add_argument("--seconds", type=read_seconds, default=60, help="how long an answer may take (default: 60)")
    parser.add_argument("--memory", type=read_memory, default="2GB", metavar="SIZE", help="how much memory an answer "
                        "may take, such as 500MB (default: 2GB)")  # fmt: skip


def read_seconds(text: str) -> int:
    """Read a whole number of seconds; raises ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds from 1 to {MOST_SECONDS}")
    return int(text)


def read_memory(text: str) -> str:
    """Read `500MB` or `2GB`; raises ArgumentTypeError for anything else."""
    if not re.fullmatch(r"[1-9]\d{0,4}(MB|GB)", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size; write MB or GB, such as 500MB or 2GB")
    return text


def run(arguments: argparse.Namespace) -> int:
    """Print the answer to a question, or write it to a file."""
    from pipelines.warehouse.answer import Limits, QuestionError, answer, write_answer
    from pipelines.warehouse.query import NoDatabaseError

    database, limits = _database(arguments.database), Limits(arguments.seconds, arguments.memory)
    question, width = _question(arguments), _width() if arguments.tables is not None else None
    try:
        with limited_addresses(OUR_ADDRESSES + _bytes(arguments.memory)):
            if arguments.output:
                print(f"answer: {write_answer(database, question, arguments.output, limits)}")
            else:
                sys.stdout.write(answer(database, question, arguments.format, limits, width))
    except (NoDatabaseError, QuestionError) as error:
        raise UsageError(error) from None
    return ALL_WELL


def _bytes(memory: str) -> int:
    return int(memory[:-2]) * UNITS[memory[-2:]]


def _database(file: Path | None) -> Path:
    if file is None:
        return folders().database
    if not file.is_file():
        raise UsageError(f"{file} is no file; name a DuckDB file, such as one of: {typed('export NAME.duckdb')}")
    return file


def _width() -> int | None:
    """Return the width of the terminal; None where the answer goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _question(arguments: argparse.Namespace) -> str:
    from pipelines.warehouse.answer import EXAMPLE
    from pipelines.warehouse.listing import TABLES, columns_question

    if (arguments.tables is None) == (arguments.question is None):
        raise UsageError(f"either a question or --tables; {EXAMPLE}")
    if arguments.tables is not None:
        return columns_question(arguments.tables) if arguments.tables else TABLES
    return sys.stdin.read() if arguments.question == "-" else str(arguments.question)
