"""Months that are read in processes of their own: the same rows, the same faults, and no process left."""

import gzip
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.mail import ANY_TIME, KEYED, OCTOBER, written

from pipelines.folders import CHECKOUT
from pipelines.model import ReasonCode
from spiders.core.streams import DamagedError
from spiders.core.verdicts import UnreadableError
from spiders.mail.hyperkitty import HyperkittySpider
from spiders.mail.pipermail import PipermailSpider
from spiders.mail.side_readers import Page, SideReaders, read_here

MONTH = b"".join(written(number) for number in range(5000))
AS_SERVED = PipermailSpider.normalise
HUNG = """
import os, re, sys, threading, time
from pathlib import Path
from spiders import watchdog
watchdog.start()
from support.mail import ANY_TIME, KEYED
from spiders.mail.side_readers import Page, SideReaders

def hang(read):
    Path(sys.argv[1]).write_text(str(os.getpid()))
    re.match("(a*)*b", "a" * 60)  # for thousands of years

readers = SideReaders(1, KEYED)
threading.Thread(target=lambda: list(readers.read(Page(Path("/dev/null"), ANY_TIME, hang))), daemon=True).start()
time.sleep(600)
"""


@pytest.fixture
def readers():
    """Start two processes that read, and end them."""
    both = SideReaders(2, KEYED)
    yield both
    both.end()


def page(folder, content, rules=ANY_TIME, normalise=AS_SERVED):
    path = folder / "month.mbox"
    path.write_bytes(content)
    return Page(path, rules, normalise)


def fail_as_no_mail(_):
    raise UnreadableError(ReasonCode.NOT_MAIL, "what came does not begin like mail")


def kill_itself(_):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("rules", [ANY_TIME, OCTOBER])
@pytest.mark.parametrize("normalise", [AS_SERVED, HyperkittySpider.normalise])
def test_a_process_reads_the_same_batches_as_the_spider(tmp_path, readers, rules, normalise):
    month = page(tmp_path, gzip.compress(MONTH), rules, normalise)
    found = list(readers.read(month))
    assert len(found) > 1
    assert found == list(read_here(month, KEYED))


def test_two_months_are_read_at_a_time_by_two_processes_and_a_third_by_the_spider(tmp_path, readers):
    month = page(tmp_path, MONTH)
    reading = [readers.read(month) for _ in range(3)]
    first = [next(one) for one in reading]
    assert readers.free.empty()
    assert first[0] == first[1] == first[2]
    assert [sum(batch.num_rows for batch in one) for one in reading] == [5000 - first[0].num_rows] * 3


def test_what_a_reading_raises_is_raised_and_the_process_reads_on(tmp_path, readers):
    for _ in range(3):
        with pytest.raises(DamagedError, match="ends early") as cut_off:
            list(readers.read(page(tmp_path, gzip.compress(MONTH)[:-100])))
        assert cut_off.value.code == ReasonCode.CUT_OFF
        with pytest.raises(UnreadableError, match="begin like mail") as no_mail:
            list(readers.read(page(tmp_path, MONTH, normalise=fail_as_no_mail)))
        assert no_mail.value.code == ReasonCode.NOT_MAIL
    assert sum(batch.num_rows for batch in readers.read(page(tmp_path, MONTH))) == 5000


def test_a_killed_process_costs_its_month_and_no_other(tmp_path, readers):
    for _ in range(2):
        with pytest.raises(OSError, match="the process that read it has ended"):
            list(readers.read(page(tmp_path, MONTH, normalise=kill_itself)))
    assert readers.free.empty()
    assert sum(batch.num_rows for batch in readers.read(page(tmp_path, MONTH))) == 5000


def test_a_month_that_is_given_up_ends_its_process(tmp_path, readers):
    chosen, other = readers.free.get(), readers.free.get()
    readers.free.put(chosen)
    reading = readers.read(page(tmp_path, MONTH))
    next(reading)
    reading.close()
    assert not runs(chosen.process)
    readers.free.put(other)
    assert sum(batch.num_rows for batch in readers.read(page(tmp_path, MONTH))) == 5000


@pytest.mark.long
def test_a_process_that_hangs_ends_with_its_spider(tmp_path):
    started = tmp_path / "started"
    alive, parent = os.pipe()
    given = {"STACKRANK_PARENT_PIPE": str(alive), "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{CHECKOUT / 'tests'}"}
    spider = subprocess.Popen(
        [sys.executable, "-c", HUNG, str(started)], env=os.environ | given, pass_fds=(alive,), process_group=0
    )
    wait_for(started.exists)
    wait_for(started.read_text)
    spider.kill()
    spider.wait()
    wait_for(lambda: not runs(started.read_text()))
    os.close(alive)
    os.close(parent)


def wait_for(is_so):
    end = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def runs(process):
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"
