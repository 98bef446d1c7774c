"""Names, urls, tags and answers of servers that attack the reader: nothing of them runs, none is published raw."""

import csv
import re

import pytest
from support.page import Page
from support.site import SHOWN, published

from pipelines.catalogue.load import load_catalogue
from pipelines.catalogue.toml_files import WrongFileError
from reports.pages.colours import community_styles

LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "object": "data", "embed": "src"}
NEVER = {"img", "iframe", "object", "embed", "base", "applet", "frame", "meta-refresh"}
POLICY = {"default-src": "'none'", "script-src": "'self'", "base-uri": "'none'", "form-action": "'none'"}


@pytest.fixture(scope="module")
def folder(once):
    return published(once).site


@pytest.fixture(scope="module")
def pages(folder):
    return {str(path.relative_to(folder)): Page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}


def test_no_page_has_a_script_of_its_own_a_handler_or_an_element_that_loads(pages):
    assert len(pages) > 15
    for name, page in pages.items():
        for tag, attributes in page.tags:
            assert tag not in NEVER, (name, tag)
            assert not [key for key in attributes if key.startswith("on")], (name, attributes)
            assert tag != "script" or "src" in attributes or attributes.get("type") == "application/json", name
            loaded = attributes.get(LOADED.get(tag, ""), "")
            assert loaded == "data:," or ":" not in loaded, (name, loaded)


def test_no_link_leads_to_a_script(pages):
    links = {link for page in pages.values() for link in page.values("href", "a")}
    schemes = {link.split(":")[0] for link in links if re.match(r"[a-zA-Z][\w+.-]*:", link)}
    assert schemes <= {"https", "http"}


def test_the_policy_of_every_page_runs_only_scripts_of_the_site(pages):
    for name, page in pages.items():
        (policy,) = (a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
        rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
        assert {key: rules[key] for key in POLICY} == POLICY, name
        assert re.findall(r"http|\*|unsafe-eval", policy) == []


def test_hostile_text_is_shown_as_text(folder, pages):
    assert SHOWN in pages["community/evil.html"].text
    for path in (*folder.rglob("*.html"), *folder.rglob("*.js"), *folder.rglob("*.css"), *folder.rglob("*.svg")):
        text = path.read_text(encoding="utf-8")
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text or path.suffix == ".js", path
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u061c\x1b]", text), path


def test_no_cell_of_a_file_begins_like_a_formula(folder):
    for path in folder.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                assert [cell for cell in row if re.match(r"[=+@\t\r]|-(?![\d.])", cell)] == [], path


def test_what_a_server_wrote_about_a_failure_is_in_no_page_and_no_file(folder):
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "plotly.min.js":
            held = path.read_bytes()
            assert b"asked for a password" not in held, path
            assert b'said "' not in held, path


@pytest.mark.parametrize("line", [
    'colour = { light = "red;}body{display:none", dark = "#000000" }',
    'colour = { light = "#12345", dark = "#000000" }', 'marker = "url(x)"', "homepage = 'javascript:alert(1)'",
    'name = "\\u001b[31m"',
])  # fmt: skip
def test_a_community_file_that_attacks_is_refused_or_harmless(tmp_path, line):
    good = {"name": '"Alpha"', "homepage": '"https://alpha.example.org/"', "born": "2010-01-01"}
    key = line.split(" ")[0]
    lines = [f"{name} = {value}" for name, value in good.items() if name != key]
    source = ("[[sources]]", 'name = "core"', 'kind = "git"', 'urls = ["https://forge.example.org/a/one"]',
              "since = 2010-01-01", 'why = "Invented."')  # fmt: skip
    (tmp_path / "alpha.toml").write_text("\n".join([line, *lines, *source, ""]))
    with pytest.raises(WrongFileError):
        load_catalogue(tmp_path)


def test_a_colour_stands_in_a_rule_of_its_own():
    styles = community_styles([{"community": "alpha", "colour": "#c2400f", "colour_dark": "#ff7048"}])
    assert styles.count(".k-alpha { --k: #") == 4
