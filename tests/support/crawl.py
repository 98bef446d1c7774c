"""Run spiders in a process of their own against a server of invented archives."""

import multiprocessing
import os
import tempfile
from datetime import date
from multiprocessing import forkserver
from pathlib import Path

import pytest
from support.walk import KEY, TODAY

from flows.demo.archives import MailingList
from pipelines.folders import CHECKOUT
from pipelines.privacy.pseudonyms import Pseudonyms

KEYED = Pseudonyms(bytes.fromhex(KEY))
SHARED = CHECKOUT.parent / "shared" / "payloads"


def back(months):
    """Return the first day of the month that is so many months ago."""
    return date(TODAY.year - (months - TODAY.month + 12) // 12, (TODAY.month - 1 - months) % 12 + 1, 1)


RUNNING, PREVIOUS = back(0), back(1)


def mailman2(name, months, **facts):
    return MailingList(
        "pipermail", f"/lists.example.org/pipermail/{name}/", f"{name}@lists.example.org", months, **facts
    )


HEAD = 'name = "Birds"\nhomepage = "https://birds.example.org/"\nborn = 2005-01-01\n'


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["support.crawling"])


def start_forks():
    """Start the server of forks where none runs; Python 3.11 tells it no path, so the environment does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{CHECKOUT / 'tests'}{os.pathsep}{CHECKOUT}")
        forkserver.ensure_running()


def _run(*given):
    from support import crawling  # the server of forks has imported it, and no other process needs it

    crawling.run(*given)


class Crawl:
    """Spiders of several kinds at work in one process of their own, under other settings and at a moment, if given."""

    def __init__(self, where, kinds, *arguments, settings=None, environment=os.environ, at=None):
        start_forks()
        handle, name = tempfile.mkstemp(prefix="crawl-")
        os.close(handle)
        self.said = Path(name)
        own = {"STACKRANK_DATA": str(where.data), "STACKRANK_KEY": KEY,
               "STACKRANK_COMMUNITIES": str(where.communities)}  # fmt: skip
        known = dict(argument.split("=", 1) for argument in arguments)
        given = (tuple(kinds), known, settings or {}, {**environment, **own}, name, at)
        self.process = FORKS.Process(target=_run, args=given)
        self.process.start()

    def ended(self):
        """Return what the spiders have said, when they have finished; they must have, and well."""
        said = self.text()
        assert self.process.exitcode == 0, said
        assert "Traceback" not in said, said
        return said

    def killed(self):
        """Kill the process, and return when it is gone."""
        self.process.kill()
        self.text()

    def text(self):
        self.process.join(300)
        said = self.said.read_text(encoding="utf-8", errors="replace")
        self.said.unlink()
        return said


def crawl_process(where, kinds, *arguments, **facts):
    """Run the spiders of several kinds to their end in one process; return what they complained of."""
    return Crawl(where, kinds, *arguments, **facts).ended()
