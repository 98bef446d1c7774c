"""Make the database of Prefect once, and copy it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def migrate(home: Path) -> None:
    """Make an empty database by Prefect's own migrations."""
    quiet = {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"]
    subprocess.run(command, env=os.environ | quiet, check=True, capture_output=True)


def copy_database(home: Path, data: Path) -> None:
    """Copy the database into a data folder, where a run of the flow finds it."""
    (data / "prefect").mkdir(parents=True)
    for file in home.glob("prefect.db*"):
        shutil.copy(file, data / "prefect")
