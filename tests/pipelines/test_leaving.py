"""A process that ends at once ends with its own status, after its output and its threads."""

import subprocess
import sys

import pytest

from pipelines.folders import CHECKOUT

MAIN = """
import atexit, sys, threading, time
from pipelines.leaving import leave_after
def main():
    print("said")
    atexit.register(print, "later")
    {end}
leave_after(main)
"""


@pytest.mark.parametrize(("end", "status"), [
    ("return 3", 3), ("return 0", 0), ("sys.exit(2)", 2), ("sys.exit()", 0), ("sys.exit(False)", 0),
    ("sys.exit('why')", 1), ("raise ValueError", 1),
])  # fmt: skip
def test_a_process_ends_with_the_status_of_what_it_ran(end, status):
    done = subprocess.run([sys.executable, "-c", MAIN.format(end=end)], cwd=CHECKOUT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (status, "said\nlater\n")


def test_a_thread_ends_its_work_first():
    end = "threading.Thread(target=lambda: (time.sleep(0.1), print('sung'))).start(); return 0"
    done = subprocess.run([sys.executable, "-c", MAIN.format(end=end)], cwd=CHECKOUT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "said\nsung\nlater\n")
