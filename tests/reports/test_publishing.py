"""Writing a site: what did not change stays, what fails leaves the old one, several processes share the work."""

import csv
import io
import pickle
from contextlib import contextmanager
from datetime import date
from functools import partial

import pyarrow as pa
import pytest
from support.site import altered, build_quiet, folders

from reports import answers, site
from reports.answers import Groups
from reports.csv_files import to_csv
from reports.drafts import Draft, drafting
from reports.languages.processes import TranslationError, translating
from reports.pages.context import NOT_OPEN, Context
from reports.workers import do

CITED = '<p>{text}</p><code><time class="built" datetime="{day}">{day}</time></code>'


def write(folder, **files):
    with drafting(folder) as draft:
        for name, content in files.items():
            draft.write(f"{name}.html", content)


def look(folder):
    return {path.name: (path.read_text(), path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_a_file_that_did_not_change_stays_the_file_that_it_is(tmp_path):
    folder = tmp_path / "site"
    write(folder, index="one", data="two", old="three")
    before = look(folder)
    write(folder, index="one", data="2")
    after = look(folder)
    assert after["index.html"] == before["index.html"]
    assert after["data.html"][0] == "2"
    assert sorted(after) == ["data.html", "index.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_the_day_of_its_citation_alone_makes_no_page_another_one(tmp_path):
    folder = tmp_path / "site"
    write(folder, same=CITED.format(text="12", day="1 May"), other=CITED.format(text="12", day="1 May"))
    write(folder, same=CITED.format(text="12", day="2 May"), other=CITED.format(text="13", day="2 May"))
    assert ["2 May" in text for text, *_ in (look(folder)[name] for name in ("same.html", "other.html"))] == [
        False,
        True,
    ]


def test_a_page_that_is_kept_is_not_changed_by_a_later_one(tmp_path):
    folder = tmp_path / "site"
    write(folder, index="one")
    opened = (folder / "index.html").open()
    write(folder, index="one")
    write(folder, index="two")
    assert (opened.read(), (folder / "index.html").read_text()) == ("one", "two")
    opened.close()


def test_a_draft_that_fails_leaves_what_is_published(tmp_path):
    folder = tmp_path / "site"
    write(folder, index="yesterday")
    with pytest.raises(IsADirectoryError), drafting(folder) as draft:
        draft.write(".", "today")
    assert look(folder)["index.html"][0] == "yesterday"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_swap_that_fails_brings_the_old_folder_back(tmp_path):
    folder = tmp_path / "site"
    write(folder, index="yesterday")
    with pytest.raises(FileNotFoundError), drafting(folder) as draft:
        draft.folder.rmdir()
    assert look(folder)["index.html"][0] == "yesterday"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@contextmanager
def opened(folder):
    yield folder


def note(name, folder):
    (folder / name).write_text("done")


def fail(_):
    raise ValueError("no such month")


@pytest.mark.parametrize("processes", [1, 2])
def test_every_job_is_done_once_and_a_failure_is_told(tmp_path, processes):
    do([partial(note, str(number)) for number in range(9)], partial(opened, tmp_path), processes)
    assert len(list(tmp_path.iterdir())) == 9
    with pytest.raises(ValueError, match="no such month"):
        do([fail], partial(opened, tmp_path), processes)


def test_cells_that_a_spreadsheet_would_run_are_texts():
    bad = ["=cmd()", "+1", "-1", "@sum", "\t=1", "\n=1", "plain", 'a "b"', None]
    answer = pa.table({"text": bad, "number": [-1.5, *range(8)]})
    rows = list(csv.reader(io.StringIO(to_csv(answer), newline="")))
    assert rows[1] == ["'=cmd()", "-1.5"]
    assert [row[0][:1] for row in rows[1:7]] == ["'"] * 6
    assert [row[0] for row in rows[7:]] == ["plain", 'a "b"', ""]


@pytest.mark.parametrize("small", [0, answers.SMALL])
def test_rows_are_grouped_in_their_order_and_a_value_without_a_row_has_none(monkeypatch, small):
    monkeypatch.setattr(answers, "SMALL", small)
    made = Groups(pa.table({"key": ["b", "a", "b", None], "n": [1, 2, 3, 4]}), "key")
    groups = pickle.loads(pickle.dumps(made))  # a spawned process gets a copy
    assert [row["n"] for row in groups["b"]] == [1, 3]
    assert ([row["n"] for row in groups["a"]], groups["c"], len(groups), "c" in groups) == ([2], [], 2, False)


@pytest.mark.long
def test_a_site_that_is_published_again_keeps_every_file_and_one_number_changes_its_pages_alone(tmp_path):
    where = build_quiet(tmp_path / "own")
    site.publish(where)
    before = inodes(where.site)
    site.publish(where)
    assert inodes(where.site) == before
    other = altered(where, tmp_path / "other", "update metrics.monthly set value = value + 1 where community = 'alpha'")
    where.site.rename(other.site)
    site.publish(other)
    after = inodes(other.site)
    changed = {name for name, inode in after.items() if before[name] != inode}
    assert {"community/alpha.html", "data/monthly.csv"} <= changed
    assert changed.isdisjoint({"community/beta.html", "privacy.html", "plotly.min.js", "page.css"})


def inodes(folder):
    return {str(path.relative_to(folder)): path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def test_a_language_that_fails_is_named_with_its_reason(tmp_path):
    shared = Context(NOT_OPEN, {}, (), (), date(2026, 1, 1), languages=("en", "xx"))
    reason = pytest.raises(TranslationError, match=r"pages in xx: (?s:.*)No such file.*xx\.po")
    with reason, translating(folders(tmp_path), Draft(tmp_path, tmp_path), shared):
        pass


def test_a_database_that_cannot_be_read_leaves_the_site(tmp_path):
    where = folders(tmp_path)
    write(where.site, index="yesterday")
    where.data.mkdir(exist_ok=True)
    where.database.write_bytes(b"no database")
    with pytest.raises(Exception, match="cannot be opened"):
        site.publish(where)
    assert look(where.site)["index.html"][0] == "yesterday"
