"""What test files of this folder share: machines that share a store."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from support.wrong import KEY

from pipelines.folders import Folders
from pipelines.landing.mirror import Mirror
from pipelines.landing.store import FolderStore


@pytest.fixture
def share(tmp_path, monkeypatch):
    """A store, and machines by name that share it; only one is at work at a time."""
    monkeypatch.setenv("STACKRANK_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("STACKRANK_KEY", KEY)

    @contextmanager
    def at(name):
        data = tmp_path / name
        data.mkdir(exist_ok=True)
        monkeypatch.setenv("STACKRANK_DATA", str(data))
        where = Folders(data, tmp_path / "communities", data / "site")
        yield SimpleNamespace(where=where, mirror=Mirror(where, FolderStore(tmp_path / "store")))

    return SimpleNamespace(at=at, store=FolderStore(tmp_path / "store"), root=tmp_path)
