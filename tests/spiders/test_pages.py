"""Page cases: what a spider makes of the pages of a folder `tests/pages/<kind>/<case>/`, without a network.

`shared.toml` of a kind has its source and the answers of a healthy one: url, status, headers, and a file beside it.
`case.toml` has what differs: the answers to some urls, or a source of its own.
`expected.jsonl` has a line for each visit. `--accept` writes it anew: review the difference before you commit it.
"""

import asyncio
import json
import tomllib
from pathlib import Path

import pytest
from support.walk import response_of, spider_of, walk

from pipelines.folders import Folders
from spiders.core import pages

PAGES = Path(__file__).parent.parent / "pages"
CASES = sorted(path.parent for path in PAGES.glob("*/*/case.toml"))
SHOWN = ("unit", "verdict", "reason_code", "reason", "observations", "note")
HEAD = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2005-01-01\n\n[[sources]]\nname = "one"\n'


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """Let the pauses before a retry take no time."""
    monkeypatch.setattr(pages, "RETRY_DELAYS", tuple(0 for _ in pages.RETRY_DELAYS))


def read_case(folder):
    """Return the source of a case, and the answer to each url with its page: the kind's, replaced by its own."""
    source, answers = "", {}
    for path in (folder.parent / "shared.toml", folder / "case.toml"):
        given = tomllib.loads(path.read_text()) if path.exists() else {}
        source = given.get("source", source)
        for answer in given.get("answers", ()):
            page = (path.parent / answer["page"]).read_bytes() if "page" in answer else b""
            answers[answer["url"]] = answer | {"page": page}
    return source, answers


def answered_by(answers):
    """Return a download that gives these answers by their url, and 404 for any other url."""

    async def download(url, max_size, stored, body):
        answer = answers.get(url, {"status": 404, "page": b""})
        return response_of(url, answer.get("status", 200), answer.get("headers", {}).items(), answer["page"], max_size)

    return download


@pytest.mark.parametrize("folder", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_page_gives_the_expected_visits(folder, tmp_path, request):
    source, answers = read_case(folder)
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(HEAD + source)
    with spider_of(where, folder.parent.name) as spider:
        visits = asyncio.run(walk(spider, where, answered_by(answers)))
    found = [{key: getattr(visit, key) for key in SHOWN if getattr(visit, key) not in ("", None)} for visit in visits]
    lines = "".join(f"{json.dumps(visit, ensure_ascii=False)}\n" for visit in found)
    expected = folder / "expected.jsonl"
    if request.config.getoption("--accept"):
        expected.write_text(lines)
    assert lines == expected.read_text()
