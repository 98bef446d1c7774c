"""Page cases: what a spider makes of the pages of a folder `tests/pages/<kind>/<case>/`, without a network.

`case.toml` names the source and, in order, the answers: url, status, headers, and the file `page.*` beside it.
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


def answers_of(case, folder):
    """Return a download that gives the answers of a case by their url, and 404 for any other url."""
    known = {answer["url"]: answer for answer in case["answers"]}

    async def download(url, max_size, stored, body):
        answer = known.get(url, {"status": 404})
        page = (folder / answer["page"]).read_bytes() if "page" in answer else b""
        headers = answer.get("headers", {})
        return response_of(url, answer.get("status", 200), headers.items(), page, max_size)

    return download


@pytest.mark.parametrize("folder", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_page_gives_the_expected_visits(folder, tmp_path, request):
    case = tomllib.loads((folder / "case.toml").read_text())
    where = Folders(tmp_path / "data", tmp_path / "communities", tmp_path / "site")
    where.communities.mkdir()
    (where.communities / "birds.toml").write_text(HEAD + case["source"])
    with spider_of(where, folder.parent.name) as spider:
        visits = asyncio.run(walk(spider, where, answers_of(case, folder)))
    found = [{key: getattr(visit, key) for key in SHOWN if getattr(visit, key) not in ("", None)} for visit in visits]
    lines = "".join(f"{json.dumps(visit, ensure_ascii=False)}\n" for visit in found)
    expected = folder / "expected.jsonl"
    if request.config.getoption("--accept"):
        expected.write_text(lines)
    assert lines == expected.read_text()
