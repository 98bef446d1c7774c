"""What goes wrong on a command line, and how to bring it about: no rights, no room, a reader who has left."""

import ctypes
import io
import os
import re
import resource
import subprocess
import sys
from contextlib import contextmanager

import pytest

from flows.cli import main
from flows.output import let_readers_leave
from pipelines.folders import CHECKOUT

KEY = "5e" * 32
LIBC = ctypes.CDLL(None)
VERSION = (ctypes.c_uint32 * 2)(0x20080522, 0)
OVERRIDE = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: with them root may read and write in every folder."""
CATALOGUE = """name = "Birds"
homepage = "https://birds.example.org/"
born = 2020-01-01

[[sources]]
name = "core"
kind = "git"
urls = ["git+file://localhost/nowhere/birds/wren.git"]
since = 2020-01-01
why = "Invented."

[[sources]]
name = "talk"
kind = "hyperkitty"
urls = ["http://127.0.0.1:9/archives/list/talk@birds.example.org/"]
address = "talk@birds.example.org"
since = 2020-01-01
until = 2026-06-30
why = "Invented."

[[sources]]
name = "box"
kind = "mbox"
urls = ["file://localhost/nowhere/birds.mbox"]
address = "box@birds.example.org"
since = 2020-01-01
why = "Invented."

[[sources]]
name = "off"
kind = "git"
urls = ["git+https://forge.example.org/birds/finch"]
since = 2020-01-01
why = "Invented."
enabled = false
"""


def ask(words, top, *, given="", stdout=None, **environment):
    """Run a command in this process; return its exit status and what it wrote to both streams."""
    out, err = stdout or io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("STACKRANK_", "PREFECT_", "XDG_"))]:
            patch.delenv(name)
        places = {"STACKRANK_DATA": top / "data", "STACKRANK_COMMUNITIES": top / "communities", "HOME": top}
        for name, value in {**places, "STACKRANK_KEY": KEY, "COLUMNS": "100", **environment}.items():
            patch.setenv(name, str(value))
        if words[0:1] == ["rotate"]:  # it changes the key of a file only
            patch.delenv("STACKRANK_KEY")
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(sys, "stdin", io.StringIO(given))
        patch.chdir(top)
        status = run_to_the_end(words)
    return status, getattr(out, "getvalue", str)(), err.getvalue()


def ask_process(words, top, *, before=(), **environment):
    """Run a command as a process; `before` it stands what starts it."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("STACKRANK_", "PREFECT_", "XDG_"))
    }
    places = {"STACKRANK_DATA": top / "data", "STACKRANK_COMMUNITIES": top / "communities", "HOME": top}
    environment = kept | {name: str(path) for name, path in places.items()} | {"STACKRANK_KEY": KEY, **environment}
    command = [*before, sys.executable, "-m", "flows.cli", *words]
    done = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


READS_ALL = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *READS_ALL) if os.geteuid() == 0 else ()
"""Starts a process as another user, where this one is root. It may read Python, which may lie in a folder of root's."""


def run_to_the_end(words):
    try:
        return main(words)
    except SystemExit as ended:  # argparse ends so
        return ended.code


def make_house(top):
    """Make a folder that every user may enter: a catalogue, an empty data folder and a key."""
    (top / "communities").mkdir(parents=True)
    (top / "communities" / "birds.toml").write_text(CATALOGUE)
    (top / "data").mkdir()
    key = top / ".config" / "stackrank" / "pseudonym.key"
    key.parent.mkdir(parents=True)
    key.write_text(KEY)
    key.chmod(0o600)
    return top


@contextmanager
def no_rights(folder, mode):
    """Let a folder have a mode that binds this process too, also where it is root's."""
    folder.chmod(mode)
    before = capabilities()
    set_capabilities(before[0] & ~OVERRIDE, *before[1:])
    try:
        yield
    finally:
        set_capabilities(*before)
        folder.chmod(0o700)


def capabilities():
    """Return what this thread may, as the kernel counts it (capget(2)): twice effective, permitted, inheritable."""
    found = (ctypes.c_uint32 * 6)()
    assert LIBC.capget(ctypes.byref(VERSION), found) == 0
    return tuple(found)


def set_capabilities(*wanted):
    """Let this thread have so much."""
    assert LIBC.capset(ctypes.byref(VERSION), (ctypes.c_uint32 * 6)(*wanted)) == 0


@contextmanager
def no_room(size):
    """Let no file of this process grow over so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def left_pipe():
    """Give a standard output whose reader has left."""
    ours, theirs = os.pipe()
    os.close(ours)
    with open(theirs, "w") as stream:  # noqa: PTH123 - of a descriptor
        yield let_readers_leave(stream)


def without_places(text, top):
    """Return what a command wrote without what differs from machine to machine."""
    text = text.replace(str(top), "HERE")
    text = re.sub(r"process \d+", "process 1", text)
    return text.replace("uv run stackrank", "stackrank").strip()
