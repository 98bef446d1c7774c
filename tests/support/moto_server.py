"""Run moto's server so that two requests at once are recorded one after the other, and not into one another."""

import threading

from moto.moto_api._internal.recorder.models import Recorder
from moto.server import main

_record, _lock = Recorder._record_request, threading.Lock()


def _record_alone(self, *given, **named):
    with _lock:
        _record(self, *given, **named)


if __name__ == "__main__":
    Recorder._record_request = _record_alone
    main()
