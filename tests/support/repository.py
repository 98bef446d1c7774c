"""List the files of the project that git knows, and run tools on them."""

import subprocess
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)


def in_git() -> list[str]:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard")
    assert listed.returncode == 0, listed.stderr
    return listed.stdout.split("\n")[:-1]
