"""Keep the bytes of mail archives, so that a new reader needs no new download."""

import os
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from pipelines.files import replace_synced
from pipelines.landing.removed import note_removed
from pipelines.model import Visit

PAGES = "pages"


def keep_page(data: Path, visit: Visit, page: bytes) -> Path:
    """Keep the bytes that a visit brought, by its checksum; return the file, `.gz` as served or `.zst`.

    `data/pages` holds names and addresses; what is there already is left as it is.
    """
    known = kept_page(data, visit)
    if known:
        return known
    packed = page.startswith(b"\x1f\x8b")
    path = _page_stem(data, visit).with_suffix(".gz" if packed else ".zst")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file, pa.output_stream(file, compression=None if packed else "zstd") as packer:
            packer.write(page)
        replace_synced(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def kept_page(data: Path, visit: Visit) -> Path | None:
    """Return the file of the page that a visit brought, if it is still kept."""
    if not visit.checksum:
        return None
    stem = _page_stem(data, visit)
    return next((path for ending in (".gz", ".zst") if (path := stem.with_suffix(ending)).exists()), None)


def _page_stem(data: Path, visit: Visit) -> Path:
    checksum = visit.checksum or ""
    return data / PAGES / visit.community / visit.source / checksum[:2] / checksum


def prune_pages(data: Path, before: datetime) -> int:
    """Delete the kept pages that were written before a moment, also those set aside; return how many that were."""
    old = old_pages(data, before)
    note_removed(*old)
    for path in old:
        path.unlink()
    return len(old)


def old_pages(data: Path, before: datetime) -> list[Path]:
    """Return the kept pages that were written before a moment, also those set aside."""
    kept = (page for folder in (data, data / "set-aside") for page in (folder / PAGES).glob("*/*/*/*"))
    return [page for page in kept if page.stat().st_mtime < before.timestamp()]
