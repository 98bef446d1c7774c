"""Say how git runs as a process of ours: its environment, its end, and the one reference that we keep."""

import os
from typing import NamedTuple

HEAD = "refs/stackrank/head"
PASSED_ON = ("PATH", "TMPDIR", "SSL_CERT_FILE", "https_proxy", "http_proxy", "no_proxy")
NOWHERE = os.devnull


class Bounds(NamedTuple):
    """What one repository may take: bytes and files or objects on disk, bytes of memory, seconds without progress."""

    bytes: int
    objects: int
    memory: int
    idle: int


def environment() -> dict[str, str]:
    """Return git's environment: no system or user configuration, no passwords, no prompts, no lazy fetch."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {
        "HOME": NOWHERE,  # curl would read its .netrc
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": NOWHERE,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",  # git below 2.44 knows the line above not, and a clone may say where to ask
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_FLUSH": "0",  # git log would write each commit by itself
        "LC_ALL": "C",
    }


def within(bounds: Bounds) -> tuple[str, ...]:
    """Return the words before a command that keep it and its children within the bounds of files and memory.

    A shell sets them and becomes the command. To set them between fork and exec, Python would copy the whole spider.
    """
    blocks, kilobytes = bounds.bytes // 512, bounds.memory // 1024
    return ("sh", "-c", f'ulimit -f {blocks} && ulimit -d {kilobytes} && exec "$@"', "sh")
