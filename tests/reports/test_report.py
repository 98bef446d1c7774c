"""The published site, read as a browser and a spreadsheet would: words, charts, files."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import site as invented
from support.own_site import TABLES, tree
from support.page import Page, table
from support.site import IMPORT, altered, render

from flows.cli import main
from reports import shared_files, site
from reports.answers import QUERIES
from reports.pages import community, coverage, operations, ranking
from reports.sharing import ranking_json
from reports.text.events import move_text
from reports.text.labels import LEGEND

# ---- what the pages are of -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quiet(once):
    return Page(render(invented.quiet(once), ranking.page))


@pytest.fixture(scope="module")
def bare(once):
    """The pages of a database without one number that can be shown."""
    where = invented.bare(once)
    return SimpleNamespace(
        first=Page(render(where, ranking.page)), alpha=Page(render(where, community.page, "alpha")),
        coverage=Page(render(where, coverage.page)), operations=Page(render(where, operations.page)),
    )  # fmt: skip


# ---- missing values --------------------------------------------------------------------------------------------


def test_r12_of_months_that_were_not_seen_no_page_says_that_nobody_was_there(bare):
    assert "Nobody was seen" not in bare.alpha.text
    assert "Nobody knows who was there" in bare.alpha.text


EXPLAINED = ("data.html", "method.html", "sql.html")
"""The pages that say what columns and SQL mean."""


def test_no_word_of_a_programming_language_shows(house, quiet, bare):
    written = [page for name, page in house.pages.items() if name not in EXPLAINED]
    for page in (house.dated, *written, quiet, *vars(bare).values()):
        assert re.findall(r"\b(?:None|NaN|NaT|nan|null|NULL|inf|undefined|True|False)\b", page.text) == []


def test_r15_a_missing_value_is_an_empty_cell_beside_its_state_or_reason(house):
    monthly = table(house, "monthly")
    assert {row["state"] for row in monthly if not row["value"]} == {"unobserved", "not_applicable", "undefined"}
    assert {row["state"] for row in monthly if row["value"]} == {"observed", "partial", "published"}
    for name in ("ranking", "places"):
        rows = [row for row in table(house, name) if row["community"] == "gamma"]
        assert {(row["rank"], row["index"], bool(row["reason_code"])) for row in rows} == {("", "", True)}
    ranked = [
        (row["community"], row["rank"], row["reason_code"])
        for row in table(house, "ranking")
        if row["rank"] and row["family"] == "code"
    ]
    assert ranked == [("alpha", "1", ""), ("evil", "2", "")]


# ---- the files -------------------------------------------------------------------------------------------------


def written(folder):
    """Its files without the database, which DuckDB writes in other bytes each time."""
    return {name: held for name, held in tree(folder).items() if not name.endswith(".duckdb")}


@pytest.mark.long
def test_the_same_database_gives_the_same_bytes_and_nothing_old_stays(house, tmp_path):
    where = replace(house.where, site=tmp_path / "site")
    for old in ("as-of", "time"):
        (where.site / old).mkdir(parents=True)
        (where.site / old / "1999-01.html").write_text("yesterday")
    assert site.publish(where) == where.site / "index.html"
    assert written(where.site) == written(house.where.site)
    assert {name for name in written(where.site) if re.fullmatch(r"data/[^/]+", name)} == {
        *(f"data/{name}.csv" for name in TABLES), ranking_json.PATH, ranking_json.SCHEMA_PATH
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


# ---- what is told ----------------------------------------------------------------------------------------------


def test_a_database_without_a_number_says_so_on_every_page(bare):
    for page in (bare.first, bare.alpha, bare.operations):
        assert page.figures == {}
        assert "To do: uv run stackrank" in page.text
    assert bare.alpha.rows("Numbers of February 2026")["Commits"][:2] == ["not observed", "not observed"]
    assert "Figures of the quality measured" in bare.coverage.text


# ---- charts ----------------------------------------------------------------------------------------------------


def test_an_import_counts_where_it_was_written(house):
    told = "They count in the months in which they were written."
    (found,) = table(house, "imports")
    assert [found[k] for k in ("day", "commits", "moved", "not_counted")] == [f"{IMPORT:%Y-%m-%d}", "120", "120", "0"]
    assert told in house.page.text
    assert "Alpha Cloud ◎ with an import" in house.page.text


# ---- as of a month ---------------------------------------------------------------------------------------------


def report(house, monkeypatch, capsys, *arguments):
    """Run `stackrank report` on the data folder of the house; return status, output and complaint."""
    monkeypatch.setenv("STACKRANK_DATA", str(house.where.data))
    status = main(["report", *arguments])
    return status, *capsys.readouterr()


def test_the_command_refuses_a_month_in_one_line_and_writes_nothing(house, monkeypatch, capsys):
    before = tree(house.where.site)
    status, said, complaint = report(house, monkeypatch, capsys, "--as-of", "2026-03")
    assert (status, said, complaint.count("\n")) == (2, "", 1)
    assert tree(house.where.site) == before


# ---- mail and the families together ----------------------------------------------------------------------------


BY_SOURCE = """insert into published.by_source by name select community, source, month, postings, postings as people,
    postings as only_here, postings as first_here, state from (values
    ('alpha', 'old', date '2025-05-01', 7, 'observed'), ('alpha', 'old', date '2025-06-01', null, 'not_applicable'),
    ('alpha', 'new', date '2025-05-01', null, 'not_applicable'), ('alpha', 'new', date '2025-06-01', 9, 'observed'),
    ('alpha', 'silent', date '2025-06-01', 0, 'observed'),
) as r(community, source, month, postings, state)"""
MOVED = """insert into core.moves by name select 'alpha' as community, 'talk' as family, date '2025-06-01' as month,
    'old' as from_source, 'new' as to_source, 'stitch' as action, 'x' as reason"""


@pytest.mark.long
def test_r23_each_list_stands_by_itself_with_where_it_moved(house, tmp_path):
    page = Page(render(altered(house.where, tmp_path, BY_SOURCE, MOVED), community.page, "alpha"))
    found = page.rows("Postings a month, each list and forum by itself")
    assert found["May 2025"] == ["not applicable", "7", ""]
    assert found["June 2025"] == ["9", "not applicable", "old moved to new: messages that both hold count once"]
    assert LEGEND["break"] in page.text
    moved = {"from_source": "old", "to_source": "new", "action": "censor", "evidence": "It is named."}
    hole = "old moved to new; one of them cannot be read, so its months are not observed (It is named.)"
    assert move_text(moved) == hole


def test_every_question_is_asked_by_a_page():
    code = "".join(path.read_text(encoding="utf-8") for path in Path(site.__file__).parent.glob("pages/*.py"))
    asked = {path.stem for path in QUERIES.glob("*/*.sql") if path.parent.name not in DOWNLOADED}
    assert [name for name in asked if f'"{name}"' not in code] == []


DOWNLOADED = (*shared_files.DOWNLOADS, "questions")
