"""Objects of a shared store that are none of ours: they become no file, and are named."""

from datetime import UTC, datetime

import pytest

from pipelines.folders import Folders
from pipelines.landing.mirror import Mirror
from pipelines.landing.store import Entry, FolderStore, is_key

FOREIGN = (
    "observations/../../outside",
    "observations/birds/.hidden",
    "observations//x",
    "observations/\0",
    "visits/./x",
)


class Foreign(FolderStore):
    """An object store whose owner has written objects under any key."""

    def read(self, key):
        return b"foreign" if key in FOREIGN else super().read(key)

    def list(self, prefix=""):
        yield from sorted(
            [Entry(key, 7, "1", datetime(2026, 1, 1, tzinfo=UTC)) for key in FOREIGN if key.startswith(prefix)]
        )
        yield from super().list(prefix)


def test_an_object_with_a_key_that_leads_elsewhere_becomes_no_file(tmp_path, caplog):
    where = Folders(tmp_path / "top" / "data", tmp_path / "communities", tmp_path / "site")
    where.data.mkdir(parents=True)
    store = Foreign(tmp_path / "store")
    store.write("observations/birds/one", b"ours")
    Mirror(where, store).bring(["observations/", "visits/"])
    found = [path for path in (tmp_path / "top").rglob("*") if path.is_file() and path.read_bytes() == b"foreign"]
    assert (found, (where.data / "observations/birds/one").read_bytes()) == ([], b"ours")
    assert not (tmp_path / "outside").exists()
    assert [repr(key) in caplog.text for key in FOREIGN] == [True] * len(FOREIGN)


@pytest.mark.parametrize("key", ["observations/birds/one.parquet", "opted-out.jsonl"])
def test_keys_of_ours(key):
    assert is_key(key)
