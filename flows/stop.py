"""End a night at once when the system asks for it."""

import os
import signal
import sys
import threading
from types import FrameType

STOPPED = "stopped by SIGTERM: what was collected is kept, database and page are as they were; the next run goes on"


def on_sigterm() -> None:
    """End this process at SIGTERM, in place of Prefect, which waits for its tasks; call it in the main thread.

    What it started ends with it: spiders by their watchdog, the server of Prefect by its pipe. Drafts are removed by
    the next run, as after a kill.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)


def _stop(_number: int, _frame: FrameType | None) -> None:
    print(STOPPED, file=sys.stderr, flush=True)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
