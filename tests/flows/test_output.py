"""Output whose reader leaves, or whose writer is interrupted: nothing is lost, nothing is said twice."""

import errno
import os
import signal
import threading

import pytest

from flows.output import let_readers_leave

LINE = b"starting Prefect\n"
TIMES = 200


def interrupt_after_reading(file):
    os.read(file, 99)
    signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)


@pytest.fixture
def interrupted():
    """SIGUSR1 raises KeyboardInterrupt here, as Ctrl-C does."""
    before = signal.signal(signal.SIGUSR1, signal.default_int_handler)
    yield
    signal.signal(signal.SIGUSR1, before)


def test_an_interrupted_line_is_written_once(interrupted):
    for _ in range(TIMES):
        reading, writing = os.pipe()
        reader = threading.Thread(target=interrupt_after_reading, args=(reading,))
        with os.fdopen(writing, "w") as pipe:
            stream = let_readers_leave(pipe)
            reader.start()
            with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it may come in each of these lines
                print(LINE.decode(), end="", file=stream, flush=True)
                reader.join()
                signal.pause()
            stream.flush()
        assert os.read(reading, 99) == b""
        os.close(reading)


def test_a_reader_may_leave():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        stream = let_readers_leave(pipe)
        for _ in range(3):
            print(LINE.decode(), file=stream, flush=True)
        assert stream.is_left
        stream.close()


def test_a_full_file_is_said_once():
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        stream = let_readers_leave(full)
        with pytest.raises(OSError, match="No space left") as raised:
            print(LINE.decode(), file=stream, flush=True)
        print(LINE.decode(), file=stream, flush=True)
        stream.close()
    assert raised.value.errno == errno.ENOSPC
