"""The published site, read as a browser and a spreadsheet would: words, charts, files, hostile text."""

import re
import shutil
from dataclasses import replace
from html import escape
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import site as invented
from support.page import Page, table
from support.site import HOMEPAGES, IMPORT, SHOWN, altered, folders, published, render

from flows.cli import main
from reports import shared_files, site
from reports.answers import QUERIES
from reports.checked import CHECKED
from reports.csv_files import FORMULA
from reports.pages import community, coverage, operations, ranking
from reports.sharing import ranking_json
from reports.text.events import move_text
from reports.text.labels import LEGEND

# ---- what the pages are of -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house(once, tmp_path_factory):
    """A copy of the published site of `support.site.build`; `dated` is its page of December 2025."""
    where = folders(tmp_path_factory.mktemp("house") / "own")
    shutil.copytree(published(once).data, where.data)
    dated = (where.site / "time" / "2025-12.html").read_text(encoding="utf-8")
    html = (where.site / "index.html").read_text(encoding="utf-8")
    pages = {
        ("evidence/" if path.parent.name == "evidence" else "") + path.name: Page(path.read_text(encoding="utf-8"))
        for path in where.site.glob("**/*.html")
    }
    return SimpleNamespace(where=where, html=html, page=Page(html), dated=Page(dated), pages=pages)


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


# ---- readers ---------------------------------------------------------------------------------------------------


TABLES = {path.stem for of in shared_files.DOWNLOADS for path in (QUERIES / of).glob("*.sql")} | {
    "freshness",
    "revisions",
}


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


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


# ---- hostile text ----------------------------------------------------------------------------------------------


def is_own(attrs):
    """Whether a script is a file of the site."""
    return list(attrs) == ["src"] and Path(attrs["src"]).name in {
        *shared_files.COPIED,
        CHECKED,
        shared_files.SERVED,
        "plotly.min.js",
    }


def test_hostile_text_makes_no_elements(house):
    for page in (house.page, *house.pages.values()):
        scripts = [attrs for tag, attrs in page.tags if tag == "script"]
        data = [{"type": "application/json", "id": f"{chart}-figure"} for chart in page.figures]
        data.append({"type": "application/json", "id": "weights-data"})  # of the sliders, on two pages
        assert [attrs for attrs in scripts if attrs not in data and not is_own(attrs)] == []
        assert {tag for tag, _ in page.tags} & {"img", "iframe", "object", "embed", "form", "base"} == set()
        assert [name for _, attrs in page.tags for name in attrs if name.startswith("on")] == []


def test_only_safe_homepages_are_links(house):
    pages = [page for name, page in house.pages.items() if not name.startswith("evidence/")]  # they link forges
    out = {link for page in pages for link in page.values("href", "a") if ":" in link}
    licence = "https://alpha.example.org/licence"
    assert out == {HOMEPAGES["alpha"], "https://beta.example.org/", "https://gamma.example.org/", licence}


def test_hostile_text_shows_as_text_with_its_unseen_characters_made_visible(house):
    name = f"=cmd(){SHOWN}"
    assert house.pages["operations.html"].rows("Units whose")[name][3] == "see the operator's log"
    assert name in [row[1] for row in house.page.tables["Ranking by public code activity, March 2025 to February 2026"]]
    assert set("\u202e\u061c\x1b") & set(house.html) == set()


def texts(figure):
    """Every text of a figure, however deep, but for what the page writes itself as text."""
    if isinstance(figure, dict):
        return [text for key, part in figure.items() if key not in ("title", "source") for text in texts(part)]
    if isinstance(figure, list):
        return [text for part in figure for text in texts(part)]
    return [figure] if isinstance(figure, str) else []


def test_hostile_text_in_a_chart_is_text(house):
    for page in house.pages.values():
        assert [text for text in texts(page.figures) if "<" in re.sub(r"</?b>|<br>|<extra></extra>", "", text)] == []
    drawn = texts([page.figures for page in house.pages.values()])
    assert len([text for text in drawn if escape(SHOWN) in text]) >= 3  # its release, said in full at each mark
    assert len([text for text in drawn if escape(f"=cmd(){SHOWN}"[:27]) in text]) >= 8


def test_no_cell_is_a_formula(house):
    cells = {cell for name in TABLES for row in table(house, name) for cell in row.values()}
    assert cells >= {f"'=cmd(){SHOWN}", f"'+1 {SHOWN}", f"v{SHOWN}"}
    assert [cell for cell in cells if re.match(FORMULA, cell) and not re.fullmatch(r"-\d+\.\d+", cell)] == []


# ---- requests --------------------------------------------------------------------------------------------------


LOADED = {"plotly.min.js", "search.js", "communities.js", "compare-any.js", "robots.txt"}
"""What scripts and robots load, and the scripts of many communities."""


@pytest.mark.long
def test_everything_that_is_loaded_or_offered_lies_in_the_site(house):
    where, offered = house.where.site, set()
    for path in where.glob("**/*.html"):
        page = Page(path.read_text(encoding="utf-8"))
        loaded = page.values("src") + page.values("href", "link") + page.values("data-script")
        links = [link.split("#")[0] for link in page.values("href", "a") if not link.startswith(("https://", "#"))]
        reached = [(path.parent / link).resolve() for link in loaded + links if link != "data:,"]
        assert [link for link in reached if not link.is_file() or where not in link.parents] == []
        offered |= {str(link.relative_to(where)) for link in reached}
    assert set(tree(where)) - offered == LOADED
    assert offered - set(tree(where)) == set()
    kept = house.html + "".join((where / name).read_text() for name in shared_files.COPIED)
    kept = kept.replace('fetch(here + "ask", ', "")  # the server that shows the page answers questions
    assert re.findall(r"url\((?!#)|@import|srcset|\bfetch\(|XMLHttpRequest|import\(", kept) == []


def test_the_browser_is_told_to_load_nothing_else_and_to_send_nothing(house):
    for page in house.pages.values():
        (policy,) = (a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert (rules["default-src"], rules["script-src"], rules["form-action"]) == ("'none'", "'self'", "'none'")
        assert re.findall(r"http|\*", policy) == []
    assert "showSendToCloud: false" in (house.where.site / "chart.js").read_text()


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
