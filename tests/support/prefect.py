"""Make the database of Prefect once, and copy it; ask the server of a run."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen


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


def asked(path: str, body: dict | None = None, **headers: str) -> tuple[int, str | None]:
    """Ask the night's server; return the status of the answer, and which foreign origin may read it."""
    data = None if body is None else json.dumps(body).encode()
    headers |= {"content-type": "application/json", "origin": "https://elsewhere.example.org"}
    try:
        with urlopen(Request(os.environ["PREFECT_API_URL"] + path, data, headers)) as answer:
            return answer.status, answer.headers["access-control-allow-origin"]
    except HTTPError as refused:
        return refused.code, refused.headers["access-control-allow-origin"]


def command_lines() -> str:
    """What every user of the machine can read of this process and of those that it started."""
    numbers = ["self", *(n for t in Path("/proc/self/task").iterdir() for n in (t / "children").read_text().split())]
    return "\n".join((Path("/proc") / number / "cmdline").read_text() for number in numbers)
