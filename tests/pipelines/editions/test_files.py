"""A changed, lost or added file of a closed edition is found and never read."""

import os
import shutil
from datetime import date
from pathlib import Path

import pytest
from support.editions import night

from pipelines.editions.contents import NoEditionError
from pipelines.editions.names import find_edition
from pipelines.editions.store import DamagedLedgerError, verify


@pytest.mark.parametrize("file", ["rankings.csv", "months.parquet", "manifest.json"])
def test_one_changed_byte_is_found_and_never_read(closed, file):
    path = closed / "editions/2026-07/pop-1.0/1" / file
    assert verify(closed / "editions") == []
    path.chmod(0o600)
    whole = path.read_bytes()
    path.write_bytes(whole[:-2] + bytes([whole[-2] ^ 1]) + whole[-1:])
    assert verify(closed / "editions") == [f"2026-07/pop-1.0/1: {file} is missing or was changed"]
    with pytest.raises(NoEditionError, match="not as it was closed"):
        find_edition(closed / "db", closed / "editions", "2026-07")


def test_a_file_too_many_a_folder_too_many_and_a_lost_revision_are_found(closed):
    folder = closed / "editions/2026-07/pop-1.0/1"
    shutil.copytree(folder, folder.with_name("2"))
    (folder / "more.csv").write_text("1")
    assert verify(closed / "editions") == [
        "2026-07/pop-1.0/1: more.csv is not in its manifest",
        "2026-07/pop-1.0/2: the ledger does not list it",
    ]
    shutil.rmtree(folder)
    assert "2026-07/pop-1.0/1: manifest.json is missing or was changed" in verify(closed / "editions")


def test_a_ledger_that_cannot_be_read_closes_nothing(closed):
    ledger = closed / "editions/ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-9])
    with pytest.raises(DamagedLedgerError, match="put it back from a copy"):
        night(closed, date(2026, 9, 8))


@pytest.mark.parametrize(
    "damage",
    [Path.unlink, lambda path: path.write_bytes(b""), lambda path: path.unlink() or path.mkdir(),
     lambda path: path.unlink() or os.mkfifo(path), lambda path: path.unlink() or path.symlink_to("nowhere")],
    ids=["gone", "empty", "folder", "pipe", "link to nothing"],
)  # fmt: skip
def test_a_ledger_that_is_lost_closes_nothing_and_no_closed_edition_is_written_again(closed, damage):
    files = sorted((closed / "editions/2026-07").rglob("*.*"))
    before = [(path, path.stat().st_mtime_ns) for path in files]
    damage(closed / "editions/ledger.jsonl")
    with pytest.raises(DamagedLedgerError, match="put it back from a copy"):
        night(closed, date(2026, 9, 8))
    assert [(path, path.stat().st_mtime_ns) for path in files] == before


def test_a_closed_edition_that_the_ledger_has_lost_is_kept_beside_the_new_one(closed):
    ledger = closed / "editions/ledger.jsonl"
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(line for line in lines if b'"manifest"' not in line))
    manifest = (closed / "editions/2026-07/pop-1.0/1/manifest.json").read_bytes()
    night(closed, date(2026, 8, 8))
    (kept,) = (closed / "editions/2026-07/pop-1.0").glob("1.unlisted.*")
    assert (kept / "manifest.json").read_bytes() == manifest
    assert f"2026-07/pop-1.0/{kept.name}: the ledger does not list it" in verify(closed / "editions")
