"""What test files share: the longest ones go first, and an empty database of Prefect is made once for all of them."""

import fcntl
import os
import shutil
import subprocess
import sys

import pytest

LONGEST = ("test_readme.py", "test_nightly.py", "test_kills.py", "test_operator.py", "test_house.py")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


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
