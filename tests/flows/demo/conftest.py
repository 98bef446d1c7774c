"""A small history that the demo has invented, once for each file."""

from pathlib import Path

import pytest
from support.served import ONE, TODAY, git, source

from flows.demo import histories


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("served")
    histories.generate(root, [source(f"git+https://{ONE}")], TODAY)
    return root


@pytest.fixture
def folder(root: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "histories"
    folder.mkdir()
    git(
        "-C",
        root / f"{ONE}.git",
        "bundle",
        "create",
        "--quiet",
        folder / "birds__one.bundle",
        "--all",
    )
    return folder
