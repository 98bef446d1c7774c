"""Kept pages: found by their checksum, pruned by their age."""

import gzip
import os
from datetime import UTC, date, datetime, timedelta

from pipelines.landing.pages import keep_page, kept_page, prune_pages
from pipelines.model import Source, Verdict, Visit
from spiders.core.streams import Stream, read_pieces

TABLE = "https://lists.example.org/pipermail/dev/"


def visit_of(source, unit, observations, **facts):
    return Visit(source.community, source.name, source.kind, unit, "https://x", datetime.now(UTC), Verdict.OK,
                 observations=observations, **facts)  # fmt: skip


def test_pages_are_kept_by_their_checksum_and_pruned_by_their_age(tmp_path):
    source = Source("birds", "dev", "pipermail", (TABLE,), date(2020, 1, 1), "Invented.")
    page, packed = b"mail " * 999, gzip.compress(b"mail " * 999)
    kept = [keep_page(tmp_path, visit_of(source, "2020-01", 1, checksum=c * 64), p) for c, p in
            (("a", page), ("b", packed))]  # fmt: skip
    assert [path.relative_to(tmp_path / "pages/birds/dev").as_posix() for path in kept] == [
        f"aa/{'a' * 64}.zst", f"bb/{'b' * 64}.gz",
    ]  # fmt: skip
    assert [b"".join(read_pieces(Stream(path.open("rb")).read)) for path in kept] == [page, page]
    assert kept[1].read_bytes() == packed
    assert len(kept[0].read_bytes()) < 100
    again = keep_page(tmp_path, visit_of(source, "2020-02", 1, checksum="a" * 64), b"other")
    assert (again, again.stat().st_mtime_ns) == (kept[0], kept[0].stat().st_mtime_ns)
    day = datetime.now(UTC)
    os.utime(kept[0], (0, (day - timedelta(days=91)).timestamp()))
    assert prune_pages(tmp_path, day - timedelta(days=90)) == 1
    assert [path.exists() for path in kept] == [False, True]
    assert kept_page(tmp_path, visit_of(source, "2020-01", 1, checksum="a" * 64)) is None
    assert kept_page(tmp_path, visit_of(source, "2020-01", 1)) is None
