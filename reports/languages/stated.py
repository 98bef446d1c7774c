"""The texts of our own data that pages show: comments of tables, reasons, facts, rules, and questions."""

import re
import tomllib
from calendar import month_name
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.catalogue import history, measures, platform_facts
from pipelines.folders import CATALOGUE, DECLARED
from pipelines.ranking.method import METHOD_FILE
from pipelines.rules import bots_mail
from pipelines.rules.bots_commits import CONDITIONS
from pipelines.warehouse.build import PRIVATE
from pipelines.warehouse.tables import METRIC_COLUMNS, Table, in_order, read_tables
from reports.answers import QUERIES, sentence
from reports.text.demo import MONTHS_OF, NOTICES, SPAN
from reports.text.language import read_made
from reports.text.published import PATTERNS

KEYS = {"why", "note", "text", "values", "said", "finding", "today", "meaning", "evidence", "talk_said", "what",
        "source", "reference"}  # fmt: skip
"""What holds texts for readers in the files of data."""
QUESTIONS = ("downloads", "downloads_of_month", "questions")
WORD = re.compile(rf"(?<![^\s(“])(?:[a-z][a-z-]+|{'|'.join(month_name[1:])})(?![^\s,.;:)”])|[a-z]\.$")
"""A name, an address or a number has no such word, and is no sentence."""


def stated_texts() -> Iterator[str]:
    """Give each text once, in the order of what states it; names stay as they are in every language."""
    found = (*_of_tables(), *_of_metrics(), *_of_questions(), *_of_code())
    found += tuple(filter(WORD.search, (*_of_files(), *_of_history())))
    yield from dict.fromkeys(filter(None, found))


def _of_tables() -> Iterator[str]:
    """Give the comments that the database has on its tables and columns."""
    tables = read_tables()
    yield from (PRIVATE, *METRIC_COLUMNS.values())
    for table in (*tables, *in_order(tables)):
        yield from (table.sentence, *table.columns.values(), *_unit(table))


def _unit(table: Table) -> Iterator[str]:
    if table.facts:
        yield table.facts["unit"]


def _of_metrics() -> Iterator[str]:
    for measure in measures.load().values():
        yield from (measure.definition, measure.unit)


def _of_files() -> Iterator[str]:
    """Give the texts of the files of data that come with the program, and of the method."""
    yield from (each.name for each in platform_facts.hypervisors())
    yield from (said for each in bots_mail.measured() for said in (each.list, each.system))
    for path in (METHOD_FILE, *sorted(DECLARED.rglob("*.toml"))):
        yield from _read(tomllib.loads(path.read_text(encoding="utf-8")))


def _read(block: dict[str, Any]) -> Iterator[str]:
    """Give the texts of a block and of those in it."""
    for key, value in block.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from _read(each)
            elif key in KEYS and isinstance(each, str):
                yield each


def _of_history() -> Iterator[str]:
    """Give what the figures of data/history say of themselves; a pattern stands for all that are made from it."""
    figures = history.load(DECLARED / "history", [path.stem for path in CATALOGUE.glob("*.toml")])
    yield from PATTERNS
    for text in (said for each in figures for said in (each.definition, each.quality, each.source)):
        if not any(read_made(text, pattern) for pattern in PATTERNS):
            yield text


def _of_questions() -> Iterator[str]:
    for page in QUESTIONS:
        yield from (sentence(page, path.stem) for path in sorted(Path(QUERIES / page).glob("*.sql")))


def _of_code() -> Iterator[str]:
    """Give the texts that other rooms make: topics and conditions, and what a demo says on top of its pages."""
    for heading_and_question in platform_facts.TOPICS.values():
        yield from heading_and_question
    yield from (*CONDITIONS.values(), *bots_mail.PHRASES.values(), *NOTICES, MONTHS_OF, SPAN)
