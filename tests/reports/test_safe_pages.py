"""Hostile text stays text, in pages, charts and cells; a page loads and sends nothing beyond its site."""

import re
from html import escape
from pathlib import Path

import pytest
from support.own_site import TABLES, tree
from support.page import Page, table
from support.site import HOMEPAGES, SHOWN

from reports import shared_files
from reports.checked import CHECKED
from reports.csv_files import FORMULA


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
