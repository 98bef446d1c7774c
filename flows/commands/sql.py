"""The command `sql`."""

import argparse
import re
import sys
from pathlib import Path

from flows.commands.checks import UsageError
from flows.exit_status import ALL_WELL
from flows.serving.limits import limited_addresses
from pipelines.folders import folders

HELP = "ask the database one question, read-only"
FORMS = ("table", "csv", "json", "jsonl")
MOST_SECONDS = 86_400
UNITS = {"MB": 1_000_000, "GB": 1_000_000_000}
OUR_ADDRESSES = 3_000_000_000
"""Bytes of addresses that threads and files take, besides the memory of an answer."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("question", nargs="?", help="one SQL statement of DuckDB; - reads it from standard input")
    parser.add_argument("--tables", action="store_true", help="list the tables, and what a row of each is")
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

    database, limits = folders().database, Limits(arguments.seconds, arguments.memory)
    question = _question(arguments)
    try:
        with limited_addresses(OUR_ADDRESSES + _bytes(arguments.memory)):
            if arguments.output:
                print(f"answer: {write_answer(database, question, arguments.output, limits)}")
            else:
                sys.stdout.write(answer(database, question, arguments.format, limits))
    except (NoDatabaseError, QuestionError) as error:
        raise UsageError(error) from None
    return ALL_WELL


def _bytes(memory: str) -> int:
    return int(memory[:-2]) * UNITS[memory[-2:]]


def _question(arguments: argparse.Namespace) -> str:
    from pipelines.warehouse.answer import EXAMPLE, TABLES

    if arguments.tables == (arguments.question is not None):
        raise UsageError(f"either a question or --tables; {EXAMPLE}")
    if arguments.tables:
        return TABLES
    return sys.stdin.read() if arguments.question == "-" else str(arguments.question)
