"""Another user of the machine: `nobody`, who can be had only where the tests run as root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

only_as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
SEND = 'exec 3<>"/dev/tcp/$0/$1"; printf "%s" "$2" >&3; cat <&3'
"""In Bash, because nobody may be unable to read this Python."""


def run(*command: str) -> str:
    """Run a command as nobody, with nothing of our environment; return what it prints on standard output."""
    nobody = pwd.getpwnam("nobody")
    ended = subprocess.run(
        command, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], cwd="/", env={"PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ended.stdout


def post(url: str, body: str, *headers: str) -> str:
    """Send a body to a url as nobody; return the status of the answer."""
    parts = urlsplit(url)
    lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Content-Type: application/json",
             f"Content-Length: {len(body)}", "Connection: close", *headers]  # fmt: skip
    answer = run("bash", "-c", SEND, parts.hostname, str(parts.port), "\r\n".join([*lines, "", body]))
    return answer.split(" ")[1]


@contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that everybody may enter; pytest's own folders are for their owner only."""
    folder = Path(tempfile.mkdtemp(prefix="stackrank-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
