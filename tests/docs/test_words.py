"""The word list, the states and the links of the documents hold against the code."""

import re
from importlib import import_module

import pytest
from support.readme import DOCUMENTS, MODEL, README

from pipelines.folders import CHECKOUT
from pipelines.model import Verdict
from pipelines.warehouse.tables import read_tables

TABLES = {table.name: table for table in read_tables()}
MADE = {"metrics.definitions": {"metric"}}
"""Tables that the build makes without a file of their own."""
WORDS = re.findall(r"^\| ([^|]+) \| [^|]+ \| (`[^|]+`) \|$", MODEL.partition("## Words")[2], re.M)
REFERENCES = [(word, place) for word, places in WORDS for place in re.findall(r"`([^`]+)`", places)]
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")


def is_in_code(place):
    """Tell whether a module, a class or a value exists under a dotted name."""
    module, _, name = place.rpartition(".")
    try:
        return hasattr(import_module(module), name) or bool(import_module(place))
    except ModuleNotFoundError:
        return False


def is_in_database(place):
    schema, name, *column = place.split(".")
    table = TABLES.get(f"{schema}.{name}")
    columns = table.columns if table else MADE.get(f"{schema}.{name}", ())
    return bool(columns) and set(column) <= set(columns)


def test_the_list_has_words():
    assert len(WORDS) > 30
    assert not is_in_code("pipelines.model.Edition")
    assert not is_in_database("core.coverage.place")


@pytest.mark.parametrize(("word", "place"), REFERENCES)
def test_a_word_exists_in_the_code(word, place):
    assert is_in_code(place) if place.startswith(("pipelines.", "spiders.")) else is_in_database(place), word


def first_column(text):
    rows = MODEL.partition(text)[2].partition("\n|")[2].partition("\n\n")[0].splitlines()
    return [row.split("`")[1] for row in rows if row.startswith("| `")]


def states_of(table):
    return re.findall(r"(\w+)(?: \([^)]*\))?(?:,|$)", TABLES[table].columns["state"])


def test_verdicts_and_states_are_explained():
    assert first_column("How a visit ended (`verdict`):") == list(Verdict)
    assert set(first_column("(`core.coverage.state`):")) == set(states_of("core.coverage"))
    assert set(first_column("(`metrics.monthly.state`):")) == set(states_of("metrics.monthly"))


def anchors(text):
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", text, re.M)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_link_leads_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for target, anchor in LINK.findall(text):
        file = document.parent / target if target else document
        assert file.exists(), target
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), f"{target}#{anchor}"


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 120


def test_no_sentence_stands_in_two_documents():
    found = {}
    for document in DOCUMENTS:
        for line in set(document.read_text(encoding="utf-8").splitlines()):
            if len(line.split()) > 8 and not line.lstrip().startswith(("|", "    ", "#", "uv run", "cd", "0 ")):
                found.setdefault(line.strip(), []).append(document.parent.name)
    assert {line: where for line, where in found.items() if len(where) > 1} == {}
