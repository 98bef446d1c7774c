"""What test files share: which tests wait for `--long`, which files go first, an empty database of Prefect."""

import fcntl
import os
import shutil
import subprocess
import sys

import pytest

pytest.register_assert_rewrite("support")

from support.builders import folders_in  # noqa: E402 - its assertions are rewritten first

LONGEST = ("readme", "nightly", "canaries", "kills", "archives", "archiveorg", "git", "warehouse", "hostile", "browser",
           "operator", "counts", "discourse",
           "ranking", "report", "releases", "rehearsal", "messages")  # fmt: skip


# Tests start some sixty processes: none of them shall compile the project anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the long tests too: nights, kills, the schedule")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes many whole processes; runs with --long only, as in .ci/run")


def pytest_collection_modifyitems(config, items):
    for item in items:
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(pytest.mark.skip(reason="long: runs with --long"))
    items.sort(key=lambda item: _place(item.path.stem.removeprefix("test_")))


def _place(name):
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


@pytest.fixture
def where(tmp_path):
    """An empty data folder."""
    return folders_in(tmp_path)


@pytest.fixture(scope="session")
def prepared_prefect(tmp_path_factory, worker_id):
    """Give data folders the database that Prefect would make in them: its migrations take longer than most tests."""
    top = tmp_path_factory.getbasetemp()
    home = (top if worker_id == "master" else top.parent) / "prefect"
    home.mkdir(exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "prefect.db").exists():
            quiet = {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
            migrate = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
            subprocess.run(migrate, env=os.environ | quiet, check=True, capture_output=True)

    def prepare(data):
        (data / "prefect").mkdir(parents=True)
        for file in home.glob("prefect.db*"):
            shutil.copy(file, data / "prefect")

    return prepare
