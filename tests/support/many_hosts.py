"""Repositories on many hosts: 127.0.0.2, 127.0.0.3 and so on are one server, which notes who asks which host when."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from time import monotonic
from typing import NamedTuple

from flows.demo import histories
from flows.demo.places import served
from flows.demo.server import DemoServer, answering
from pipelines.model import Source

SINCE = date(2025, 6, 1)
PORT, DOMAIN = "PORT", "127.0.0."
UNIT = re.compile(r"/[^/]+/(?P<unit>[^/]+/[^/]+)/info/refs\?service=git-upload-pack")
ASKS = re.compile(r"; (?P<who>\S+)@")


class Asked(NamedTuple):
    """One request: by the machine whose contact has this name, to a host, from and to a second of our clock."""

    who: str
    host: str
    path: str
    began: float
    ended: float


class ManyHosts(DemoServer):
    """The demo's server on all addresses of this machine."""

    listens_on = ""

    def __init__(self, root):
        super().__init__(root)
        self.asked = []

    def finish_request(self, request, client_address):
        Noting(self.RequestHandlerClass)(request, client_address, self)


def Noting(handler):  # noqa: N802 - a class made for the server's own handler
    class Noted(handler):
        def do_GET(self):  # noqa: N802 - as http.server names it
            self._note(super().do_GET)

        def do_POST(self):  # noqa: N802 - as above
            self._note(super().do_POST)

        def _note(self, answer):
            began = monotonic()
            try:
                answer()
            finally:
                found = ASKS.search(self.headers.get("User-Agent", ""))
                host = self.headers.get("Host", "").partition(":")[0]
                who = found["who"] if found else ""
                self.server.asked.append(Asked(who, host, self.path, began, monotonic()))

    return Noted


@contextmanager
def many_hosts(root):
    with ManyHosts(root) as server, answering(server):
        yield server


def host_name(number: int) -> str:
    return f"{DOMAIN}{number + 2}"


def declare(hosts: int, units: int, communities: int, lanes: Mapping[str, int]) -> list[Source]:
    """Sources of git, as many for each host as it has lanes, dealt out to communities."""
    found = []
    for number in range(hosts):
        host = host_name(number)
        urls = [f"git+http://{host}/birds{number}/wren{unit}" for unit in range(units)]
        parts = lanes.get(host, 1)
        for part in range(parts):
            name = f"host{number}-{part}"
            found.append(Source(f"bird{number % communities}", name, "git", tuple(urls[part::parts]), SINCE, ""))
    return found


def generate(root, sources):
    histories.generate(root, sources, datetime.now(UTC).date())
    return served(root)


def write_communities(folder, sources, port):
    folder.mkdir(parents=True)
    by_slug = defaultdict(list)
    for source in sources:
        by_slug[source.community].append(source)
    for slug, of in by_slug.items():
        text = f'name = "{slug.title()}"\nhomepage = "https://{slug}.example.org/"\nborn = {SINCE}\n'
        (folder / f"{slug}.toml").write_text(text + "".join(_block(source, port) for source in of))


def _block(source, port):
    urls = []
    for url in source.urls:
        host, _, path = url.removeprefix("git+http://").partition("/")
        urls.append(f'"git+http://{host}:{port}/{host}/{path}"')
    return (
        f'\n[[sources]]\nname = "{source.name}"\nkind = "git"\nsince = {SINCE}\nwhy = "Invented."\n'
        f"urls = [{', '.join(urls)}]\n"
    )


def most_at_once(asked):
    """Of each host: how many machines asked it at once, at most."""
    by_host = defaultdict(list)
    for one in asked:
        by_host[one.host].append(one)
    return {host: max(len(_at(of, one.began)) for one in of) for host, of in by_host.items()}


def _at(asked, moment):
    return {one.who for one in asked if one.began <= moment < one.ended}


def units_asked(asked):
    """How often each unit was asked for its references."""
    return Counter(found["unit"] for one in asked if (found := UNIT.fullmatch(one.path)))
