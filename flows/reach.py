"""Ask each host of a run for the head of its robots.txt, all at once, before any spider starts.

A host that is not there is known in seconds, and delays nobody; one that is slow to answer has its turn last.
"""

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import SimpleQueue
from threading import Thread
from time import sleep
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from pipelines.model import ReasonCode

SECONDS, PAUSE = 10.0, 20.0
"""How long a host may take to answer, and the pause before it is tried a second time."""
THREADS = 100


class Reach(NamedTuple):
    """What became of the question to a host: no `code` where it answers, `is_slow` where it only takes the call.

    It is the last word unless the host is asked again.
    """

    host: str
    code: ReasonCode | None = None
    reason: str = ""
    is_slow: bool = False
    is_last: bool = True


def ask_all(urls: Mapping[str, str], agent: str, answers: "SimpleQueue[Reach]") -> None:
    """Begin to ask hosts, each at a url; put what becomes of each into `answers`, in any order."""
    waiting: SimpleQueue[tuple[str, str] | None] = SimpleQueue()
    threads = min(len(urls), THREADS)
    for item in (*urls.items(), *[None] * threads):
        waiting.put(item)
    for _ in range(threads):
        Thread(target=_ask_in_turn, args=(waiting, agent, answers), daemon=True).start()


def _ask_in_turn(waiting: "SimpleQueue[tuple[str, str] | None]", agent: str, answers: "SimpleQueue[Reach]") -> None:
    while item := waiting.get():
        for found in reach(*item, agent):
            answers.put(found)


def reach(host: str, url: str, agent: str) -> Iterator[Reach]:
    """Yield what becomes of the question to a host, and of a second one where it is not there at first.

    A host behind a proxy is not asked.
    """
    if _has_proxy(url):
        yield Reach(host)
        return
    found = _ask(host, url, agent)
    yield found._replace(is_last=not found.code)
    if found.code:
        sleep(PAUSE)
        yield _ask(host, url, agent)


def _has_proxy(url: str) -> bool:
    parts = urlsplit(url.removeprefix("git+"))
    return parts.scheme in getproxies() and not proxy_bypass(parts.hostname or "")


def _ask(host: str, url: str, agent: str) -> Reach:
    parts = urlsplit(url.removeprefix("git+"))
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.connect()
    except socket.gaierror:
        return Reach(host, ReasonCode.HOST_UNKNOWN, "its name is not known")
    except ssl.SSLError:
        return Reach(host)  # the spider says in its own words what is wrong
    except (OSError, ValueError) as error:
        return Reach(host, ReasonCode.CONNECTION_FAILED, _words(error))
    try:
        connection.request("HEAD", "/robots.txt", headers={"User-Agent": agent})
        connection.getresponse()
    except (OSError, HTTPException, ValueError) as error:
        return Reach(host, is_slow=isinstance(error, TimeoutError))
    finally:
        connection.close()
    return Reach(host)


def _words(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "it refuses the connection"
    return f"no connection within {SECONDS:.0f} seconds" if isinstance(error, TimeoutError) else "no connection"


def urls_by_host(urls: Iterable[str]) -> dict[str, str]:
    """Return one url for each host."""
    return {urlsplit(url).hostname or "": url for url in urls}
