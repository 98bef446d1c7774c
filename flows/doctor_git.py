"""Check whether git can clone commits without files."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.findings import BAD, OK, Finding

# GIT_CONFIG_GLOBAL is known from 2.32 on (without it git would read the user's configuration), and
# fetch --no-write-fetch-head, --no-auto-maintenance from 2.29 on.
MIN_GIT = (2, 32)
HISTORY = """\
blob
mark :1
data 4
one

commit refs/heads/main
committer Wren <wren@example.org> 0 +0000
data 4
one
M 644 :1 file
"""


def check_git() -> Finding:
    """Try git: its version, https, and a clone of one commit with a file."""
    if not shutil.which("git"):
        return Finding(BAD, "git", "is not installed; install git 2.32 or newer")
    try:
        version_line = _run("version")
        lacking = _lacking(version_line)
    except subprocess.CalledProcessError as error:
        return Finding(BAD, "git", f"a clone without files failed: {error.stderr}")
    number = version_line.removeprefix("git version ").strip()
    if lacking:
        return Finding(BAD, "git", f"{number} {lacking}; install a git of 2.32 or newer with its https support")
    return Finding(OK, "git", f"{number}, can clone commits without files")


def _lacking(version_line: str) -> str | None:
    """Say what the installed git lacks; None if nothing. Tries a clone of a repository with one commit."""
    found = re.match(r"git version (\d+)\.(\d+)", version_line)
    if not found or (int(found[1]), int(found[2])) < MIN_GIT:
        return "is too old"
    if not (Path(_run("--exec-path").strip()) / "git-remote-https").exists():
        return "cannot speak https"
    with TemporaryDirectory(prefix="stackrank-doctor-") as folder:
        if kinds := _cloned_kinds(Path(folder)) - {"commit"}:
            return f"ignores --filter: it clones {' and '.join(sorted(kinds))} objects too"
    return None


def _cloned_kinds(folder: Path) -> set[str]:
    """Return the kinds of objects that come with a treeless clone of one commit with a file."""
    origin, clone = folder / "origin.git", folder / "clone.git"
    _run("init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(origin))
    _run(f"--git-dir={origin}", "fast-import", "--quiet", given=HISTORY)
    _run(f"--git-dir={origin}", "config", "uploadpack.allowFilter", "true")
    _run("clone", "--quiet", "--bare", "--template=", "--filter=tree:0", origin.as_uri(), str(clone))
    listed = _run(f"--git-dir={clone}", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    return set(listed.split())


def _run(*arguments: str, given: str = "") -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
    command = ["git", *arguments]
    return subprocess.run(command, env=kept | alone, input=given, capture_output=True, text=True, check=True).stdout
