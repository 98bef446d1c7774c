"""Runs a command, throws its output away and prints what it took: seconds, CPU seconds, peak MB, exit status.

A program of its own because a process inherits its parent's peak memory: this parent is small.
"""

import os
import subprocess
import sys
import time

READ_AT_ONCE = 1 << 20

started = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, bufsize=0)
while process.stdout.read(READ_AT_ONCE):
    pass
_, status, used = os.wait4(process.pid, 0)
process.returncode = os.waitstatus_to_exitcode(status)
print(time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, process.returncode)
